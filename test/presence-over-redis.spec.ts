import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { until } from './support/poll.js';
import { framesOf, membersAt } from './support/presence.js';
import { TcpProxy } from './support/proxy.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** An instance that was killed is missed for half a minute. */
jest.setTimeout(90_000);

/** For how long a presence outlasts its connection: long enough to be seen to. */
const GRACE_MS = 2_000;
/** All that happens to presence is told within so many ms, the end of an instance too. */
const TELL_MS = 30_000;

(hasRedis ? describe : describe.skip)('presence of two instances over Redis', () => {
  let redis: RedisServer;
  /** The way of the second instance to Redis. */
  let wire: TcpProxy;
  let gateways: Gateway[];
  let clients: TestClient[] = [];
  let channel: string;
  let channels = 0;

  const start = (url: string) =>
    startGateway({ JWT_SECRET, API_KEY: 'key', BROKER: 'redis', REDIS_URL: url, PRESENCE_GRACE_MS: String(GRACE_MS) });

  beforeAll(async () => {
    redis = await RedisServer.start();
    wire = await TcpProxy.start(redis.url);
    gateways = await Promise.all([start(redis.url), start(wire.url)]);
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await wire.stop();
    await redis.stop();
  });
  beforeEach(() => {
    channels += 1;
    channel = `room:${channels}`;
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });

  const gateway = (at: number) => {
    const found = gateways[at];
    if (!found) throw new Error(`There is no instance ${at}.`);
    return found;
  };
  async function connect(at: number, principal: string, presence: boolean | 'count'): Promise<TestClient> {
    const client = await TestClient.connect(gateway(at).url, { token: tokenOf(principal) });
    clients.push(client);
    await client.next('welcome');
    expect(await client.request({ type: 'subscribe', id: 's', channel, presence })).toMatchObject({
      type: 'subscribed',
    });
    return client;
  }
  const enter = (client: TestClient, state: object | null = {}, key = 'k') =>
    client.request({ type: 'presence', id: 'presence', channel, state, key });
  async function member(at: number, principal: string, state: object = {}): Promise<TestClient> {
    const client = await connect(at, principal, false);
    expect(await enter(client, state)).toMatchObject({ type: 'ack' });
    return client;
  }
  async function observers(): Promise<TestClient[]> {
    const both = await Promise.all([connect(0, 'eve', true), connect(1, 'eve', true)]);
    for (const client of both) await client.until(() => membersAt(client, channel) !== undefined);
    return both;
  }
  const idsAt = (client: TestClient) => [...(membersAt(client, channel)?.values() ?? [])].map(({ id }) => id).sort();
  const untilIds = (client: TestClient, ...ids: string[]) =>
    client.until(() => JSON.stringify(idsAt(client)) === JSON.stringify(ids), TELL_MS);
  const leaves = (client: TestClient) =>
    framesOf(client, channel)
      .flatMap((frame) => ('changes' in frame ? (frame.changes ?? []) : []))
      .filter(({ action }) => action === 'leave');
  const attendance = async (at: number) => {
    const response = await fetch(`${gateway(at).httpUrl}/api/v1/channels/${channel}/presence`, {
      headers: { 'x-api-key': 'key' },
    });
    return (await response.json()) as { members: { id: string; state: unknown }[]; count: number; principals: number };
  };

  const graceBytes = () => metric(gateway(0), 'edge_hive_presence_grace_bytes');

  it('is one for observers of both, and for servers', async () => {
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    const ann = await member(0, 'ann', { mood: 'fine' });
    await member(1, 'bob');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob');
    await enter(ann, { mood: 'great' });
    const updated = (client: TestClient) =>
      [...(membersAt(client, channel)?.values() ?? [])].some(
        ({ state }) => JSON.stringify(state) === '{"mood":"great"}',
      );
    for (const client of [here, there]) await client.until(() => updated(client));
    for (const at of [0, 1]) {
      expect(await attendance(at)).toMatchObject({ members: [{ id: 'ann' }, { id: 'bob' }], count: 2, principals: 2 });
    }
    await enter(ann, null);
    for (const client of [here, there]) await untilIds(client, 'bob');
    expect(idsAt(await connectLate())).toEqual(['bob']);
  });

  async function connectLate(): Promise<TestClient> {
    const late = await connect(1, 'late', true);
    await late.until(() => membersAt(late, channel) !== undefined);
    return late;
  }

  it('is of one order with the messages, the same for the observers of both', async () => {
    const both = await observers();
    const writers = await Promise.all([connect(0, 'ann', false), connect(1, 'bob', false)]);
    for (let n = 0; n < 30; n += 1) {
      for (const [at, writer] of writers.entries()) {
        writer.send({ type: 'presence', channel, state: n % 3 === 2 ? null : { n }, key: `k${at}` });
        writer.send({ type: 'publish', channel, event: 'said', data: `${at}-${n}` });
      }
      await writers[n % 2]?.request({ type: 'publish', id: `p${n}`, channel, event: 'said', data: `p${n}` });
    }
    for (const [at, writer] of writers.entries()) await enter(writer, { end: true }, `end${at}`);
    for (const client of both) await client.until(() => idsAt(client).length === 2 && endsAt(client) === 2);
    const seen = both.map((client) =>
      client.frames.flatMap((frame) => {
        if (frame.type === 'message') return [JSON.stringify(frame.data)];
        return frame.type === 'presence' && 'changes' in frame ? [JSON.stringify(frame.changes)] : [];
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.length).toBeGreaterThan(90);
  });
  const endsAt = (client: TestClient) =>
    [...(membersAt(client, channel)?.values() ?? [])].filter(({ key }) => key.startsWith('end')).length;

  it('belongs to the newest connection, and says nothing of a client that moves to the other instance', async () => {
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    const before = await member(0, 'ann');
    for (const client of [here, there]) await untilIds(client, 'ann');
    before.socket.terminate();
    await until(async () => (await graceBytes()) > 0);
    const after = await member(1, 'ann', { moved: true });
    await until(async () => (await graceBytes()) === 0);
    // What the end of the grace did on the first instance comes before what it is asked for now.
    await member(0, 'bob');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob');
    expect((await attendance(1)).members.map(({ id }) => id)).toEqual(['ann', 'bob']);
    expect(leaves(here)).toEqual([]);
    expect(leaves(there)).toEqual([]);
    await after.close();
    for (const client of [here, there]) await untilIds(client, 'bob');
    expect(leaves(there)).toHaveLength(1);
  });

  it('ends everywhere with a disconnect of the principal', async () => {
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    await member(1, 'ann');
    await untilIds(here, 'ann');
    await fetch(`${gateway(0).httpUrl}/api/v1/principals/ann/disconnect`, {
      method: 'POST',
      headers: { 'x-api-key': 'key' },
    });
    for (const client of [here, there]) await untilIds(client);
  });

  it('is caught up with by an instance whose way to Redis was cut', async () => {
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    const ann = await member(0, 'ann');
    await member(1, 'bob');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob');
    wire.refuse();
    await enter(ann, null);
    await member(0, 'carl');
    await untilIds(here, 'bob', 'carl');
    wire.admit();
    await untilIds(there, 'bob', 'carl');
    expect(leaves(here)).toHaveLength(1);
    expect(leaves(there)).toHaveLength(1);
  });

  it('is entered again where Redis lost its data, and nobody is told that anybody left', async () => {
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    await member(0, 'ann');
    await member(1, 'bob');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob');
    await redis.restart({ data: false });
    await until(async () => (await attendance(0).catch(() => ({ count: 0 }))).count === 2);
    await until(async () => (await attendance(1).catch(() => ({ count: 0 }))).count === 2);
    await member(1, 'carl');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob', 'carl');
    expect(leaves(here)).toEqual([]);
    expect(leaves(there)).toEqual([]);
  });

  it('is as its instances know it where Redis was set back', async () => {
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    const ann = await member(0, 'ann');
    const bob = await member(1, 'bob');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob');
    const setBack = await redis.note();
    await enter(ann, null);
    await enter(bob, { mood: 'new' });
    await member(1, 'carl');
    for (const client of [here, there]) await untilIds(client, 'bob', 'carl');
    await setBack();
    const texts = async (at: number) => {
      const { members = [] } = await attendance(at).catch(() => ({ members: [] }));
      return members.map(({ id, state }) => `${id} ${JSON.stringify(state)}`);
    };
    const expected = JSON.stringify(['bob {"mood":"new"}', 'carl {}']);
    for (const at of [0, 1]) await until(async () => JSON.stringify((await texts(at)).sort()) === expected);
    await member(0, 'dora');
    for (const client of [here, there]) await untilIds(client, 'bob', 'carl', 'dora');
  });

  it('of an instance that is killed ends within half a minute, told once', async () => {
    const dying = await start(redis.url);
    gateways.push(dying);
    const [here, there] = await observers();
    if (!here || !there) throw new Error('There are two.');
    await Promise.all(['ann', 'bob', 'carl'].map((id) => member(2, id)));
    await member(0, 'dora');
    for (const client of [here, there]) await untilIds(client, 'ann', 'bob', 'carl', 'dora');
    dying.kill('SIGKILL');
    await dying.exited();
    for (const client of [here, there]) await untilIds(client, 'dora');
    for (const client of [here, there]) expect(leaves(client)).toHaveLength(3);
    expect(await attendance(1)).toMatchObject({ count: 1 });
    gateways.pop();
  });
});
