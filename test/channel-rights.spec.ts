import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { accountToken } from './support/account-token.js';
import { TestClient } from './support/client.js';
import { sharedDatabase, type TestDatabase } from './support/database.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { until } from './support/poll.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { TcpProxy } from './support/proxy.js';
import { databaseEnv } from './support/service.js';
import { tokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(40_000);

const ROOM = { surrealdb: 'room:{id}' };
const POLICY = {
  channels: {
    'room:{id}': { subscribe: ROOM, publish: ROOM },
    'hall:{id}': { subscribe: 'authenticated', publish: 'authenticated', presence: { surrealdb: 'plain:{id}' } },
    'plain:{id}': { subscribe: { any: [{ role: 'admin' }, { surrealdb: 'plain:{id}' }] }, publish: 'authenticated' },
    'late:{id}': { subscribe: { surrealdb: 'late:{id}' } },
    'absent:{id}': { subscribe: { surrealdb: 'absent:{id}' } },
    'desk:{id}': { subscribe: { surrealdb: 'desk:{id}' } },
    one: { subscribe: { surrealdb: 'room:a' } },
  },
};

const SCHEMA = `
  DEFINE TABLE user CHANGEFEED 1h INCLUDE ORIGINAL;
  DEFINE TABLE member TYPE RELATION IN user OUT room CHANGEFEED 1h INCLUDE ORIGINAL;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
  DEFINE TABLE room CHANGEFEED 1h INCLUDE ORIGINAL PERMISSIONS FOR select WHERE id IN $auth->member->room OR open;
  DEFINE FIELD team ON room TYPE option<array<record<user>>>; DEFINE FIELD room ON desk TYPE option<record<room>>;
  DEFINE TABLE OVERWRITE desk CHANGEFEED 1h INCLUDE ORIGINAL PERMISSIONS FOR select WHERE room.team CONTAINS $auth.id;
  CREATE room:t SET team = [user:ann]; CREATE desk:1, desk:2 SET room = room:t;
  DEFINE TABLE plain PERMISSIONS FOR select WHERE owner = $auth.id;
  DEFINE TABLE late PERMISSIONS FOR select WHERE at < time::now();
  CREATE user:ann SET name = 'ann'; CREATE user:bob SET name = 'bob';
  CREATE room:a; CREATE room:b; CREATE room:1; CREATE late:1; CREATE plain:1 SET owner = user:ann;
  RELATE user:ann->member->room:a; RELATE user:ann->member->room:1; RELATE user:bob->member->room:b;`;

describe('channels of those who may select a record', () => {
  let database: TestDatabase;
  let root: Surreal;
  let gateway: Gateway;
  let file: PolicyFile;
  const clients: TestClient[] = [];
  beforeAll(async () => {
    database = sharedDatabase();
    root = await database.connect();
    await root.query(SCHEMA);
    file = await policyFile(POLICY);
    gateway = await startGateway(env());
  }, 60_000);
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
  afterAll(() => gateway.stop());
  afterAll(() => file.remove());
  afterAll(() => database.stop());

  function env(more: Readonly<Record<string, string>> = {}) {
    // Tables without a changefeed stay so.
    return { ...databaseEnv(database), SURREAL_MANAGE_CHANGEFEEDS: 'off', POLICY_FILE: file.path, ...more };
  }

  const signIn = (name: string) => accountToken(database, 'people', name);

  async function connect(name: string, url = gateway.url): Promise<TestClient> {
    return welcomed(await signIn(name), url);
  }

  async function welcomed(token: string, url = gateway.url): Promise<TestClient> {
    const client = await TestClient.connect(url, { token });
    clients.push(client);
    await client.next('welcome');
    return client;
  }

  const outcome = (reply: object) => ('code' in reply ? reply.code : 'type' in reply ? reply.type : undefined);
  const subscribe = (client: TestClient, channel: string, more: object = {}) =>
    client.request({ type: 'subscribe', id: 's', channel, ...more });
  const publish = (client: TestClient, channel: string, data: unknown) =>
    client.request({ type: 'publish', id: 'p', channel, event: 'said', data });

  it.each<[string, string, string]>([
    ['ann', 'room:a', 'subscribed'],
    ['ann', 'room:1', 'subscribed'],
    ['ann', 'one', 'subscribed'],
    ['ann', 'plain:1', 'subscribed'],
    ['ann', 'desk:1', 'subscribed'],
    ['bob', 'desk:1', 'FORBIDDEN'],
    ['ann', 'room:b', 'FORBIDDEN'],
    ['bob', 'room:a', 'FORBIDDEN'],
    ['bob', 'one', 'FORBIDDEN'],
    ['bob', 'plain:1', 'FORBIDDEN'],
    ['ann', 'room:there is none', 'FORBIDDEN'],
    ['ann', 'room:none', 'FORBIDDEN'],
    ['ann', 'absent:1', 'FORBIDDEN'],
    // The text '1' is another id than the number.
    ['ann', 'room:⟨1⟩', 'FORBIDDEN'],
    ['ann', 'room:01', 'FORBIDDEN'],
    ['ann', 'room:⟨a⟩', 'FORBIDDEN'],
    ['ann', "room:['a']", 'FORBIDDEN'],
    ['ann', 'room:a..b', 'FORBIDDEN'],
    ['ann', 'room:a OR true', 'FORBIDDEN'],
    ['ann', 'room:a; DELETE room', 'FORBIDDEN'],
    ['ann', 'room:$auth', 'FORBIDDEN'],
    ['ann', 'room:rand()', 'FORBIDDEN'],
  ])('let %s use %s: %s', async (name, channel, expected) => {
    const client = await connect(name);
    expect(outcome(await subscribe(client, channel))).toBe(expected);
  });

  it('are closed to those whom the database does not know, and open to others whom the rule names', async () => {
    const client = await welcomed(tokenOf('user:ann', { roles: ['admin'] }));
    expect(outcome(await subscribe(client, 'room:a'))).toBe('FORBIDDEN');
    expect(outcome(await subscribe(client, 'plain:1'))).toBe('subscribed');
    const nobody = await TestClient.connect(gateway.url);
    clients.push(nobody);
    expect(outcome(await subscribe(nobody, 'room:a'))).toBe('UNAUTHENTICATED');
  });

  it('say what of a permission can not be followed', async () => {
    const client = await connect('ann');
    const reply = await subscribe(client, 'late:1');
    expect(reply).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringMatching(/^channel: .*at < time::now\(\)/),
    });
  });

  it('end with FORBIDDEN when the edge goes, and deliver nothing that is said after it', async () => {
    await root.query('RELATE user:bob->member:extra->room:a');
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    for (const client of [ann, bob]) expect(outcome(await subscribe(client, 'room:a'))).toBe('subscribed');
    expect(outcome(await publish(bob, 'room:a', 'before'))).toBe('ack');
    await root.query('DELETE member:extra');
    expect(await bob.next('unsubscribed')).toMatchObject({ channel: 'room:a', code: 'FORBIDDEN' });
    expect(outcome(await publish(bob, 'room:a', 'his'))).toBe('FORBIDDEN');
    expect(outcome(await subscribe(bob, 'room:a'))).toBe('FORBIDDEN');
    expect(outcome(await publish(ann, 'room:a', 'hers'))).toBe('ack');
    expect(await bob.request({ type: 'ping', id: 'end' })).toMatchObject({ type: 'pong' });
    const said = (client: TestClient) => client.frames.flatMap((frame) => (frame.type === 'message' ? frame.data : []));
    await ann.until(() => said(ann).length === 2);
    expect([said(ann), said(bob)]).toEqual([['before', 'hers'], ['before']]);
  });

  it('open at once when the edge comes', async () => {
    const bob = await connect('bob');
    await root.query('CREATE room:new');
    expect(outcome(await subscribe(bob, 'room:new'))).toBe('FORBIDDEN');
    expect(outcome(await publish(bob, 'room:new', 1))).toBe('FORBIDDEN');
    await root.query('RELATE user:bob->member->room:new');
    expect(outcome(await publish(bob, 'room:new', 1))).toBe('ack');
    expect(outcome(await subscribe(bob, 'room:new'))).toBe('subscribed');
  });

  it.each<[string, string, string, string]>([
    ['the record is written', 'room:c', 'CREATE room:c SET open = true', 'UPDATE room:c SET open = false'],
    ['the record is deleted', 'room:d', 'CREATE room:d SET open = true', 'DELETE room:d'],
    ['nothing tells of it', 'plain:2', 'CREATE plain:2 SET owner = user:ann', 'UPDATE plain:2 SET owner = user:bob'],
    ['a record is written that its link leads to', 'desk:2', '', 'UPDATE room:t SET team = [user:bob]'],
    ['nothing tells of its end', 'plain:3', 'CREATE plain:3 SET owner = user:ann', 'DELETE plain:3'],
  ])('end when %s: %s', async (_, channel, create, end) => {
    if (create) await root.query(create);
    const ann = await connect('ann');
    expect(outcome(await subscribe(ann, channel))).toBe('subscribed');
    await root.query(end);
    expect(await ann.next('unsubscribed')).toMatchObject({ channel, code: 'FORBIDDEN' });
  });

  it('end when the permission is defined otherwise', async () => {
    await root.query(`DEFINE TABLE temp PERMISSIONS FULL; CREATE temp:1`);
    const other = await policyFile({ channels: { 'temp:{id}': { subscribe: { surrealdb: 'temp:{id}' } } } });
    const service = await startGateway(env({ POLICY_FILE: other.path }));
    try {
      const ann = await connect('ann', service.url);
      expect(outcome(await subscribe(ann, 'temp:1'))).toBe('subscribed');
      await root.query('DEFINE TABLE OVERWRITE temp PERMISSIONS NONE');
      expect(await ann.next('unsubscribed')).toMatchObject({ code: 'FORBIDDEN' });
    } finally {
      await service.stop();
      await other.remove();
    }
  });

  it('end presence alone where that alone hangs on the record', async () => {
    await root.query('CREATE plain:4 SET owner = user:ann');
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    expect(outcome(await subscribe(ann, 'hall:4', { presence: true }))).toBe('subscribed');
    expect(outcome(await subscribe(bob, 'hall:4', { presence: true }))).toBe('FORBIDDEN');
    expect(outcome(await subscribe(bob, 'hall:4'))).toBe('subscribed');
    const enter = (client: TestClient) => client.request({ type: 'presence', id: 'e', channel: 'hall:4', state: {} });
    expect(outcome(await enter(bob))).toBe('FORBIDDEN');
    expect(outcome(await enter(ann))).toBe('ack');
    await root.query('UPDATE plain:4 SET owner = user:bob');
    expect(await ann.next('unsubscribed')).toMatchObject({ code: 'FORBIDDEN', channel: 'hall:4' });
    expect(outcome(await enter(bob))).toBe('ack');
    expect(outcome(await subscribe(bob, 'hall:4', { presence: true }))).toBe('subscribed');
    await bob.until(() => bob.frames.some((frame) => frame.type === 'presence' && 'members' in frame));
    expect(JSON.stringify(bob.frames)).not.toContain('user:ann');
  });

  it('are kept by a newer token of the same user', async () => {
    const ann = await connect('ann');
    expect(outcome(await subscribe(ann, 'room:a'))).toBe('subscribed');
    expect(await ann.request({ type: 'auth', id: 'a', token: await signIn('ann') })).toMatchObject({
      type: 'authenticated',
    });
    expect(outcome(await publish(ann, 'room:a', 'still'))).toBe('ack');
    expect(await ann.next('message')).toMatchObject({ data: 'still' });
  });

  it('are watched in bounded number, and what nobody uses any more is forgotten', async () => {
    await root.query('FOR $n IN 11..=14 { CREATE type::record("room", $n) SET open = true }');
    const service = await startGateway(env({ LIMIT_RECORD_RIGHTS: '3', RIGHTS_REFRESH_MS: '50' }));
    try {
      const ann = await connect('ann', service.url);
      const channels = ['room:11', 'room:12', 'room:13', 'room:14'];
      const outcomes = [];
      for (const channel of channels) outcomes.push(outcome(await subscribe(ann, channel)));
      expect(outcomes).toEqual(['subscribed', 'subscribed', 'subscribed', 'UNAVAILABLE']);
      const metrics = await (await fetch(`${service.httpUrl}/metrics`)).text();
      expect(metrics).toMatch(/^edge_hive_record_rights 3$/m);
      await ann.request({ type: 'unsubscribe', id: 'u', channel: 'room:12' });
      await until(async () => outcome(await subscribe(ann, 'room:14')) === 'subscribed');
      await root.query('UPDATE room SET open = false WHERE open');
      const ended = [];
      while (ended.length < 3) ended.push((await ann.next('unsubscribed')).channel);
      expect(ended.slice(-3).sort()).toEqual(['room:11', 'room:13', 'room:14']);
    } finally {
      await service.stop();
    }
  });

  it('are watched in bounded number for one principal over its connections, which takes nothing from another', async () => {
    await root.query('FOR $n IN 21..=23 { CREATE type::record("room", $n) SET open = true }');
    const service = await startGateway(env({ LIMIT_RECORD_RIGHTS_PER_PRINCIPAL: '2', RIGHTS_REFRESH_MS: '50' }));
    try {
      const [ann, again] = [await connect('ann', service.url), await connect('ann', service.url)];
      const bob = await connect('bob', service.url);
      expect(outcome(await subscribe(ann, 'room:21'))).toBe('subscribed');
      expect(outcome(await subscribe(again, 'room:22'))).toBe('subscribed');
      for (const client of [ann, again]) expect(outcome(await subscribe(client, 'room:23'))).toBe('UNAVAILABLE');
      expect(outcome(await subscribe(bob, 'room:23'))).toBe('subscribed');
      await ann.request({ type: 'unsubscribe', id: 'u', channel: 'room:21' });
      await until(async () => outcome(await subscribe(again, 'room:23')) === 'subscribed');
    } finally {
      await service.stop();
    }
  });

  it('end with RIGHTS_CHANGED once the database was away too long for anybody to say, and open again with it', async () => {
    const proxy = await TcpProxy.start(database.url);
    const service = await startGateway(env({ SURREAL_URL: proxy.url, RIGHTS_REFRESH_MS: '50' }));
    try {
      const ann = await connect('ann', service.url);
      expect(outcome(await subscribe(ann, 'room:a'))).toBe('subscribed');
      proxy.refuse();
      expect(await ann.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', channel: 'room:a' });
      expect(outcome(await subscribe(ann, 'room:a'))).toBe('UNAVAILABLE');
      proxy.admit();
      await until(async () => outcome(await subscribe(ann, 'room:a')) === 'subscribed');
    } finally {
      await service.stop();
      await proxy.stop();
    }
  });
});
