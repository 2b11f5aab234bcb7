import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Surreal } from 'surrealdb';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { databaseEnv } from './support/service.js';
import { PermissionsSite } from './support/permissions-site.js';
import { ask, subscribe } from './support/test-stream.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(40_000);

/** In every value that a client must never see, in any frame. */
const SECRET = 'for-other-eyes';

const SCHEMA = `
  DEFINE TABLE user CHANGEFEED 1h INCLUDE ORIGINAL; DEFINE TABLE room PERMISSIONS FULL;
  DEFINE TABLE member TYPE RELATION IN user OUT room CHANGEFEED 1h INCLUDE ORIGINAL;
  DEFINE ACCESS people ON DATABASE TYPE RECORD SIGNIN (SELECT * FROM user WHERE name = $name) DURATION FOR TOKEN 1h;
  DEFINE TABLE notes PERMISSIONS FOR select WHERE owner = $auth.id;
  DEFINE TABLE messages PERMISSIONS FOR select WHERE room IN $auth->member->room;
  DEFINE TABLE reports PERMISSIONS FOR select WHERE $auth.role = 'admin' OR published;
  DEFINE TABLE people PERMISSIONS FULL;
  DEFINE FIELD name ON people TYPE string;
  DEFINE FIELD salary ON people TYPE option<int> PERMISSIONS FOR select WHERE $auth.role = 'admin';
  DEFINE FIELD phone ON people TYPE option<string> PERMISSIONS FOR select WHERE user = $auth.id;
  DEFINE FIELD pin ON people TYPE option<string> PERMISSIONS NONE;
  DEFINE TABLE closed;
  DEFINE TABLE odd PERMISSIONS FOR select WHERE room.members CONTAINS $auth.id;
  DEFINE TABLE late PERMISSIONS FOR select WHERE at < time::now();
  DEFINE TABLE changing1 PERMISSIONS FULL; DEFINE TABLE changing2 PERMISSIONS FULL;
  DEFINE TABLE changing3 PERMISSIONS FULL; DEFINE TABLE changing4 PERMISSIONS FULL;
  CREATE room:a; CREATE room:b;
  CREATE user:ann SET name = 'ann', role = 'admin'; CREATE user:bob SET name = 'bob', role = 'guest';
  RELATE user:ann->member->room:a; RELATE user:bob->member->room:b;`;

describe('rights from the permissions of the database', () => {
  let site: PermissionsSite;
  let root: Surreal;
  beforeAll(async () => {
    site = await PermissionsSite.open(SCHEMA);
    ({ root } = site);
  }, 60_000);
  afterEach(() => site.clients.close());
  afterAll(() => site.close());

  const connect = (name: string, url?: string) => site.connect(name, url);

  /** Waits for a row that everybody sees, behind all that was written before. */
  async function settled(...them: readonly TestClient[]): Promise<void> {
    const streams = await Promise.all(them.map((client) => subscribe(client, { topic: 'room' })));
    await root.query('CREATE room SET end = true');
    for (const stream of streams) await stream.take(1);
  }

  it('show each record user its own rows', async () => {
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    await root.query(`CREATE notes:a0 SET owner = user:ann; CREATE notes:b0 SET owner = user:bob, text = '${SECRET}'`);
    const [hers, his] = [
      await subscribe(ann, { topic: 'notes', snapshot: true }),
      await subscribe(bob, { topic: 'notes' }),
    ];
    expect(await hers.snapshot()).toEqual([{ id: 'notes:a0', owner: 'user:ann' }]);
    await root.query(
      `CREATE notes:b1 SET owner = user:bob, text = '${SECRET}'; CREATE notes:t SET owner = 'user:ann', text = '${SECRET}';
       CREATE notes:a1 SET owner = user:ann; UPDATE notes:a1 SET owner = user:bob; DELETE notes:b0; DELETE notes:a0;`,
    );
    await settled(ann, bob);
    expect(hers.told).toEqual(['CREATE notes:a1', 'UPDATE notes:a1 leave', 'DELETE notes:a0']);
    expect(his.told).toEqual(['CREATE notes:b1', 'UPDATE notes:a1 enter', 'DELETE notes:b0']);
    expect(JSON.stringify(ann.frames)).not.toContain(SECRET);
  });

  it('are shared by those who may the same, and follow edges', async () => {
    const [ann, bob, again] = [await connect('ann'), await connect('bob'), await connect('ann')];
    const streams = [];
    for (const client of [ann, bob, again]) streams.push(await subscribe(client, { topic: 'messages' }));
    expect(streams[2]?.name).toBe(streams[0]?.name);
    expect(streams[1]?.name).not.toBe(streams[0]?.name);
    await root.query('CREATE messages:1 SET room = room:a; CREATE messages:2 SET room = room:b; CREATE messages:3');
    await settled(ann, bob, again);
    expect(streams.map(({ told }) => told)).toEqual([
      ['CREATE messages:1'],
      ['CREATE messages:2'],
      ['CREATE messages:1'],
    ]);
  });

  it('end a subscription with RIGHTS_CHANGED before anything more is delivered, when an edge goes', async () => {
    await root.query('RELATE user:bob->member:extra->room:a');
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    const [hers, his] = [await subscribe(ann, { topic: 'messages' }), await subscribe(bob, { topic: 'messages' })];
    await root.query('CREATE messages:seen SET room = room:a');
    await root.query(`DELETE member:extra; CREATE messages:unseen SET room = room:a, text = '${SECRET}'`);
    expect(await bob.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', stream: his.name });
    await settled(ann, bob);
    expect(his.told).toEqual(['CREATE messages:seen']);
    expect(hers.told).toEqual(['CREATE messages:seen', 'CREATE messages:unseen']);
    expect(JSON.stringify(bob.frames)).not.toContain(SECRET);
    const back = await subscribe(bob, { topic: 'messages', since: his.subscribed.cursor, epoch: his.subscribed.epoch });
    expect(back.subscribed.recovered).toBe(false);
  });

  it('hang on the role of the record, and go with it', async () => {
    await root.query("CREATE user:cem SET name = 'cem', role = 'admin'");
    const [cem, bob] = [await connect('cem'), await connect('bob')];
    const [his, others] = [await subscribe(cem, { topic: 'reports' }), await subscribe(bob, { topic: 'reports' })];
    await root.query('CREATE reports:1 SET published = false; CREATE reports:2 SET published = true');
    await root.query('UPDATE user:cem SET seen = 1; CREATE reports:3 SET published = false');
    await his.take(3);
    await root.query(`UPDATE user:cem SET role = 'guest'; CREATE reports:4 SET published = false, text = '${SECRET}'`);
    expect(await cem.next('unsubscribed')).toMatchObject({ code: 'RIGHTS_CHANGED', topic: 'reports' });
    await settled(cem, bob);
    expect(his.told).toEqual(['CREATE reports:1', 'CREATE reports:2', 'CREATE reports:3']);
    expect(others.told).toEqual(['CREATE reports:2']);
    expect(JSON.stringify(cem.frames)).not.toContain(SECRET);
    expect((await subscribe(cem, { topic: 'reports', snapshot: true })).name).toBe(others.name);
  });

  it('show nothing any more to whose record is gone, nor rows that have no owner either', async () => {
    await root.query("CREATE user:dee SET name = 'dee'");
    const dee = await connect('dee');
    await subscribe(dee, { topic: 'notes' });
    await root.query(`DELETE user:dee; CREATE notes:orphan SET text = '${SECRET}'`);
    expect(await dee.closed).toMatchObject({ code: 4401 });
    expect(JSON.stringify(dee.frames)).not.toContain(SECRET);
  });

  it('leave out fields, by principal and by row', async () => {
    const [ann, bob] = [await connect('ann'), await connect('bob')];
    await root.query(`CREATE people:0 SET name = 'x', salary = 5, phone = '5', user = user:bob, pin = '${SECRET}'`);
    const [hers, his] = [
      await subscribe(ann, { topic: 'people', snapshot: true }),
      await subscribe(bob, { topic: 'people', snapshot: true }),
    ];
    const row = { id: 'people:0', name: 'x', user: 'user:bob' };
    expect(await hers.snapshot()).toEqual([{ ...row, salary: 5 }]);
    expect(await his.snapshot()).toEqual([{ ...row, phone: '5' }]);
    await root.query(
      `UPDATE people:0 SET salary = 6; UPDATE people:0 SET phone = '6'; UPDATE people:0 SET pin = '${SECRET}2';
       UPDATE people:0 SET user = user:ann; DELETE people:0`,
    );
    await settled(ann, bob);
    const data = (stream: typeof hers) => stream.events.map((event) => event.data);
    expect(data(hers).slice(0, 2)).toEqual([
      { ...row, salary: 6 },
      { ...row, user: 'user:ann', salary: 6, phone: '6' },
    ]);
    expect(data(his).slice(0, 2)).toEqual([
      { ...row, phone: '6' },
      { ...row, user: 'user:ann' },
    ]);
    expect(hers.told).toEqual(['UPDATE people:0', 'UPDATE people:0', 'DELETE people:0']);
    for (const client of [ann, bob]) expect(JSON.stringify(client.frames)).not.toContain(SECRET);
  });

  it.each([
    [{ filter: { salary: 5 } }, 'bob'],
    [{ filter: { phone: '5' } }, 'ann'],
    [{ filter: { pin: { exists: true } } }, 'ann'],
    [{ filter: { 'pin.x': 1 } }, 'ann'],
    [{ fields: ['salary'] }, 'bob'],
    [{ fields: ['pin'] }, 'ann'],
    [{ snapshot: { orderBy: [{ field: 'salary' }] } }, 'bob'],
    [{ snapshot: { orderBy: [{ field: 'phone' }] } }, 'ann'],
  ])('forbid %j to %s', async (request, name) => {
    expect(await ask(await connect(name), { topic: 'people', ...request })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['closed', /no permission to select/],
    ['odd', /room\.members CONTAINS \$auth\.id.*room\.… may follow a link to any table/],
    ['late', /at < time::now\(\).*time::now changes without a write/],
    ['edge_hive_identity', /./],
  ])('refuse to subscribe to %s, and say why', async (topic, message) => {
    const answer = await ask(await connect('ann'), { topic });
    expect(answer).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(message) });
  });

  it.each([
    ['changing1', 'DEFINE TABLE OVERWRITE changing1 PERMISSIONS FOR select WHERE owner = $auth.id', 'RIGHTS_CHANGED'],
    ['changing2', 'ALTER TABLE changing2 PERMISSIONS NONE', 'FORBIDDEN'],
    ['changing3', 'DEFINE FIELD pin ON changing3 PERMISSIONS NONE', 'RIGHTS_CHANGED'],
    ['changing4', 'ALTER TABLE changing4 PERMISSIONS FOR select WHERE a.b = 1', 'FORBIDDEN'],
  ])('end what they no longer cover of %s: %s', async (topic, definition, code) => {
    const client = await connect('ann');
    await subscribe(client, { topic });
    const other = await connect('bob');
    const untouched = await subscribe(other, { topic: 'notes' });
    await root.query(definition);
    expect(await client.next('unsubscribed')).toMatchObject({ code, topic });
    await root.query('CREATE notes SET owner = user:bob');
    await untouched.take(1);
  });

  it('are not those of who signs in otherwise', async () => {
    const client = await TestClient.connect(site.gateway.url);
    site.clients.add(client);
    expect(await ask(client, { topic: 'room' })).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('need two settings and no key in production: the database, and a user of it who may read', async () => {
    await root.query(
      "DEFINE USER viewer ON DATABASE PASSWORD 'v' ROLES VIEWER; ALTER TABLE notes CHANGEFEED 1h INCLUDE ORIGINAL",
    );
    const { SURREAL_NAMESPACE = '', SURREAL_DATABASE = '', SURREAL_URL = '' } = databaseEnv(site.database);
    const reader = { SURREAL_USERNAME: 'viewer', SURREAL_PASSWORD: 'v', NODE_ENV: 'production' };
    const other = await startGateway({ SURREAL_NAMESPACE, SURREAL_DATABASE, SURREAL_URL, ...reader });
    try {
      const [ann, bob] = [await connect('ann', other.url), await connect('bob', other.url)];
      const streams = [await subscribe(ann, { topic: 'notes' }), await subscribe(bob, { topic: 'notes' })];
      await root.query('CREATE notes:va SET owner = user:ann; CREATE notes:vb SET owner = user:bob');
      for (const stream of streams) await stream.take(1);
      expect(streams.map(({ told }) => told)).toEqual([['CREATE notes:va'], ['CREATE notes:vb']]);
      expect(await ask(ann, { topic: 'closed' })).toMatchObject({ code: 'FORBIDDEN' });
    } finally {
      await other.stop();
    }
  });

  describe('beside a policy file', () => {
    let file: PolicyFile;
    let other: Gateway;
    beforeAll(async () => {
      file = await policyFile({
        topics: {
          notes: { read: 'surrealdb', where: { kind: 'public' }, fields: ['owner', 'kind'] },
          people: { read: 'authenticated', fields: ['name'] },
        },
      });
      other = await startGateway({ ...databaseEnv(site.database), JWT_SECRET: '', POLICY_FILE: file.path });
    }, 60_000);
    afterAll(() => other.stop());
    afterAll(() => file.remove());

    it('show what both do', async () => {
      const ann = await connect('ann', other.url);
      const notes = await subscribe(ann, { topic: 'notes' });
      await root.query(
        `CREATE notes:p1 SET owner = user:ann, kind = 'public', text = '${SECRET}'; CREATE notes:p2 SET owner = user:ann, text = '${SECRET}';
         CREATE notes:p3 SET owner = user:bob, kind = 'public'; CREATE notes:p4 SET owner = user:ann, kind = 'public'`,
      );
      await notes.take(2);
      expect(notes.events.map(({ data }) => data)).toEqual([
        { id: 'notes:p1', owner: 'user:ann', kind: 'public' },
        { id: 'notes:p4', owner: 'user:ann', kind: 'public' },
      ]);
    });

    it('say nothing of tables that the policy gives by itself', async () => {
      const bob = await connect('bob', other.url);
      expect(await ask(bob, { topic: 'people', filter: { name: 'x' } })).toMatchObject({ type: 'subscribed' });
      expect(await ask(bob, { topic: 'reports' })).toMatchObject({ code: 'FORBIDDEN' });
    });
  });
});
