import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../src/workers/supervisor/free-port.js';
import { AskingProxy } from './support/asking-proxy.js';
import { TestClient } from './support/client.js';
import { sharedDatabase } from './support/database.js';
import { startGateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { until } from './support/poll.js';
import { membersAt, present } from './support/presence.js';
import { descendants, isRunning, untilGone } from './support/processes.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';
import { startService, type Service } from './support/service.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';
import { connectedTo, workersOf } from './support/workers.js';

const SIZE = 3;
const ENV = { WORKERS: String(SIZE), API_KEY: 'key-1', PRESENCE_GRACE_MS: '2000' };
/** Each process takes as long to start as one that is alone. */
const SLOW = { startMs: 90_000 };
const KEY = { 'x-api-key': 'key-1', 'content-type': 'application/json' };

/** Clients of which each worker has one at least. */
async function oneOfEach(service: Service, size = SIZE, principal?: string): Promise<Map<number, TestClient>> {
  const clients = new Map<number, TestClient>();
  for (let tries = 0; clients.size < size; tries += 1) {
    if (tries > 200) throw new Error(`Of ${size} workers only ${clients.size} have got a client.`);
    const client = await service.connect(principal ?? `user-${tries}`);
    const pid = connectedTo(client, workersOf(service.gateway));
    if (clients.has(pid)) await client.close();
    else clients.set(pid, client);
  }
  return clients;
}

/** What carries channels for the workers: their supervisor, or what they share with other instances. */
const BROKERS = hasRedis ? ['memory', 'redis'] : ['memory'];

describe.each(BROKERS)('several workers with BROKER=%s', (broker) => {
  let redis: RedisServer | undefined;
  let env: Readonly<Record<string, string>>;
  let service: Service;

  beforeAll(async () => {
    if (broker === 'redis') redis = await RedisServer.start();
    env = { ...ENV, ...(redis && { BROKER: broker, REDIS_URL: redis.url }) };
    service = await startService(env, undefined, SLOW);
  }, 180_000);
  afterAll(async () => {
    await service.stop();
    await redis?.stop();
  });

  const post = (path: string, body?: object) =>
    fetch(`${service.gateway.httpUrl}/api/v1/${path}`, {
      method: 'POST',
      headers: KEY,
      ...(body && { body: JSON.stringify(body) }),
    });

  it('serve one port, each its share of clients, under one line that says where', async () => {
    expect(workersOf(service.gateway)).toHaveLength(SIZE);
    const clients = await oneOfEach(service);
    expect(clients.size).toBe(SIZE);
    expect(service.gateway.output.match(/^listening on/gm)).toHaveLength(1);
    for (const client of clients.values()) await client.close();
  });

  it('deliver the changes of a table in one order to the clients of all', async () => {
    const clients = [...(await oneOfEach(service)).values()];
    await Promise.all(clients.map((client) => client.request({ id: 's', type: 'subscribe', topic: 'orders' })));
    await service.writer.query('FOR $n IN 0..200 { CREATE orders SET n = $n };');
    const seen = await Promise.all(
      clients.map(async (client) => {
        const events = () => client.frames.filter((frame) => frame.type === 'event');
        await client.until(() => events().length === 200);
        return events().map(({ cursor }) => cursor);
      }),
    );
    expect(new Set(seen[0]).size).toBe(200);
    for (const cursors of seen) expect(cursors).toEqual(seen[0]);
    for (const client of clients) await client.close();
  });

  it('carry messages, keys and history as one', async () => {
    const clients = [...(await oneOfEach(service, SIZE, 'ann')).values()];
    await Promise.all(clients.map((client) => client.request({ id: 's', type: 'subscribe', channel: 'room:1' })));
    const acks = await Promise.all(
      clients.map((client) =>
        client.request({ id: 'p', type: 'publish', channel: 'room:1', event: 'said', data: 'once', key: 'k-1' }),
      ),
    );
    expect(new Set(acks.map((ack) => ('cursor' in ack ? ack.cursor : ack))).size).toBe(1);
    await Promise.all(
      clients.map((client, n) =>
        client.request({ id: 'q', type: 'publish', channel: 'room:1', event: 'said', data: n }),
      ),
    );
    const seen = await Promise.all(
      clients.map(async (client) => {
        const messages = () => client.frames.filter((frame) => frame.type === 'message');
        await client.until(() => messages().length === 1 + SIZE);
        return messages().map(({ data }) => data);
      }),
    );
    expect(seen[0]?.[0]).toBe('once');
    for (const data of seen) expect(data).toEqual(seen[0]);
    for (const client of clients) await client.close();
  });

  it('show each other who is present, and how it ends', async () => {
    const clients = [...(await oneOfEach(service)).values()];
    for (const [n, client] of clients.entries()) {
      await client.request({ id: 's', type: 'subscribe', channel: 'room:2', presence: true });
      await client.request({ id: 'e', type: 'presence', channel: 'room:2', key: `k${n}`, state: { n } });
    }
    const all = async (count: number) => {
      for (const client of clients) await client.until(() => membersAt(client, 'room:2')?.size === count);
    };
    await all(SIZE);
    const [first] = clients;
    const answer = await fetch(`${service.gateway.httpUrl}/api/v1/channels/room:2/presence`, { headers: KEY });
    expect(await answer.json()).toMatchObject({ count: SIZE });
    await first?.request({ id: 'l', type: 'presence', channel: 'room:2', key: 'k0', state: null });
    await all(SIZE - 1);
    for (const client of clients) await client.close();
  });

  it('have a member leave at once that lost its connection at one, and leaves or closes at another', async () => {
    const patient = await startService({ ...env, WORKERS: '2', PRESENCE_GRACE_MS: '60000' }, undefined, SLOW);
    const [first, second] = [...(await oneOfEach(patient, 2, 'ann')).values()];
    const eve = await patient.connect('eve');
    if (!first || !second) throw new Error('There are two of them.');
    for (const client of [first, second, eve])
      await client.request({ id: 's', type: 'subscribe', channel: 'room:5', presence: true });
    const say = (client: TestClient, key: string, state: object | null) =>
      client.request({ id: `${key}${state === null}`, type: 'presence', channel: 'room:5', key, state });
    for (const key of ['j', 'k']) await say(first, key, {});
    await present(eve, 'room:5', 'ann/j', 'ann/k');
    // Not while its connection has it.
    await say(second, 'k', null);
    const answer = await fetch(`${patient.gateway.httpUrl}/api/v1/channels/room:5/presence`, { headers: KEY });
    expect(await answer.json()).toMatchObject({ count: 2 });
    first.socket.terminate();
    await until(async () => (await metric(patient.gateway, 'edge_hive_presence_grace_bytes')) > 0);
    await say(second, 'j', { back: true });
    await say(second, 'k', null);
    await present(eve, 'room:5', 'ann/j');
    await second.close();
    await present(eve, 'room:5');
    // The worker of the first one still waits for it.
    expect(await metric(patient.gateway, 'edge_hive_presence_grace_bytes')).toBeGreaterThan(0);
    await patient.stop();
  }, 180_000);

  it('do what operators ask, wherever they ask it', async () => {
    const anns = [...(await oneOfEach(service, SIZE, 'ann')).values()];
    const bob = await service.connect('bob');
    expect((await post('principals/ann/disconnect')).status).toBe(200);
    for (const ann of anns) expect((await ann.closed).code).toBe(4403);
    expect(await bob.request({ id: 'p', type: 'ping' })).toMatchObject({ type: 'pong' });
    const clients = [...(await oneOfEach(service)).values()];
    await Promise.all(clients.map((client) => client.request({ id: 's', type: 'subscribe', topic: 'orders' })));
    expect((await post('topics/orders/resync')).status).toBeLessThan(300);
    for (const client of clients) expect(await client.next('resync')).toMatchObject({ reason: 'requested' });
    for (const client of [bob, ...clients]) await client.close();
  });

  it('tell one state of health, and metrics of all', async () => {
    const clients = [...(await oneOfEach(service)).values()];
    await until(async () => (await metric(service.gateway, 'edge_hive_connections')) === SIZE);
    expect(await metric(service.gateway, 'edge_hive_workers_serving')).toBe(SIZE);
    expect(await metric(service.gateway, 'edge_hive_database_up')).toBe(1);
    const ready = await fetch(`${service.gateway.httpUrl}/health/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ok', info: { workers: { serving: SIZE, of: SIZE } } });
    const stats = await fetch(`${service.gateway.httpUrl}/api/v1/stats`, { headers: KEY });
    expect(await stats.json()).toMatchObject({ connections: SIZE, database: { status: 'up' } });
    for (const client of clients) await client.close();
  });

  it('take over the clients of one that was killed, exactly where they were, and another is started', async () => {
    const clients = await oneOfEach(service);
    const [pid = 0, lost] = [...clients][0] ?? [];
    const [, witness] = [...clients][1] ?? [];
    if (!lost || !witness) throw new Error('There are two of them.');
    for (const client of [lost, witness]) {
      await client.request({ id: 't', type: 'subscribe', topic: 'orders', snapshot: false });
      await client.request({ id: 'c', type: 'subscribe', channel: 'room:3', presence: true });
    }
    await lost.request({ id: 'e', type: 'presence', channel: 'room:3', key: 'lost', state: {} });
    await service.writer.query('CREATE orders:before SET n = 1');
    await lost.request({ id: 'p', type: 'publish', channel: 'room:3', event: 'said', data: 'before' });
    const event = await lost.next('event');
    const message = await lost.next('message');
    const topic = lost.frames.find((frame) => frame.type === 'subscribed' && 'topic' in frame);
    const channel = lost.frames.find((frame) => frame.type === 'subscribed' && 'channel' in frame);
    if (topic?.type !== 'subscribed' || channel?.type !== 'subscribed') throw new Error('It subscribed to both.');

    process.kill(pid, 'SIGKILL');
    expect((await lost.closed).code).toBe(1006);
    await service.writer.query('CREATE orders:meanwhile SET n = 2');
    await witness.request({ id: 'p', type: 'publish', channel: 'room:3', event: 'said', data: 'meanwhile' });

    const back = await service.connect('user-0');
    const resumed = { since: event.cursor, epoch: topic.epoch };
    expect(await back.request({ id: 't', type: 'subscribe', topic: 'orders', ...resumed })).toMatchObject({
      recovered: true,
    });
    expect(await back.next('event')).toMatchObject({ data: { id: 'orders:meanwhile' } });
    const left = { since: message.cursor, epoch: channel.epoch };
    expect(
      await back.request({ id: 'c', type: 'subscribe', channel: 'room:3', presence: true, ...left }),
    ).toMatchObject({ recovered: true });
    expect(await back.next('message')).toMatchObject({ data: 'meanwhile' });

    await until(() => workersOf(service.gateway).length === SIZE && !workersOf(service.gateway).includes(pid), 60_000);
    await until(async () => (await metric(service.gateway, 'edge_hive_workers_serving')) === SIZE, 60_000);
    expect(await metric(service.gateway, 'edge_hive_worker_restarts_total{reason="died"}')).toBe(1);
    // Nobody says any more that it is there.
    await present(witness, 'room:3');
    await Promise.all([back, ...clients.values()].map((client) => client.close()));
  }, 180_000);

  it('start one again that knows what was revoked before', async () => {
    const jti = 'revoked-before';
    expect((await post('tokens/revoke', { jti, expires: Math.floor(Date.now() / 1_000) + 3_600 })).status).toBe(200);
    const before = workersOf(service.gateway);
    for (const pid of before.slice(0, 1)) process.kill(pid, 'SIGKILL');
    await until(async () => {
      const now = workersOf(service.gateway);
      return now.length === SIZE && now.some((pid) => !before.includes(pid));
    }, 60_000);
    await until(async () => (await metric(service.gateway, 'edge_hive_workers_serving')) === SIZE, 60_000);
    for (let n = 0; n < 2 * SIZE; n += 1) {
      const client = await TestClient.connect(service.gateway.url, { token: tokenOf('ann', { jti }) });
      expect((await client.closed).code).toBe(4403);
    }
  }, 180_000);

  it('go on while one stands still, and replace it', async () => {
    const clients = await oneOfEach(service);
    const [pid = 0, frozen] = [...clients][0] ?? [];
    const others = [...clients.values()].filter((client) => client !== frozen);
    await Promise.all(others.map((client) => client.request({ id: 's', type: 'subscribe', topic: 'orders' })));
    process.kill(pid, 'SIGSTOP');
    await service.writer.query('CREATE orders:frozen SET n = 3');
    for (const client of others) await client.until(() => client.frames.some((frame) => frame.type === 'event'));
    const [first] = others;
    expect(await first?.request({ id: 'p', type: 'publish', channel: 'room:4', event: 'e', data: 1 })).toMatchObject({
      type: 'ack',
    });
    await untilGone([pid], 60_000);
    expect((await frozen?.closed)?.code).toBe(1006);
    await until(async () => (await metric(service.gateway, 'edge_hive_workers_serving')) === SIZE, 60_000);
    expect(await metric(service.gateway, 'edge_hive_worker_restarts_total{reason="silent"}')).toBe(1);
    for (const client of others) await client.close();
  }, 180_000);
});

describe('workers and their supervisor', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'drain all clients at %s, and end with 0',
    async (signal) => {
      const gateway = await startGateway({ JWT_SECRET, WORKERS: '2' }, SLOW);
      const workers = workersOf(gateway);
      const clients = await Promise.all(
        ['a', 'b', 'c', 'd'].map((sub) => TestClient.connect(gateway.url, { token: tokenOf(sub) })),
      );
      for (const client of clients) await client.next('welcome');
      gateway.kill(signal);
      for (const client of clients) expect((await client.closed).code).toBe(1012);
      expect(await gateway.exited()).toEqual({ code: 0, signal: null });
      expect(workers.filter(isRunning)).toEqual([]);
    },
    180_000,
  );

  it('drain and end with 0 at Ctrl-C, which reaches all processes at once', async () => {
    const gateway = await startGateway({ JWT_SECRET, WORKERS: '2' }, { ...SLOW, ownGroup: true });
    const started = descendants(gateway.pid);
    expect(started.length).toBeGreaterThan(2);
    const clients = await Promise.all(
      ['a', 'b', 'c', 'd'].map((sub) => TestClient.connect(gateway.url, { token: tokenOf(sub) })),
    );
    for (const client of clients) await client.next('welcome');
    process.kill(-gateway.pid, 'SIGINT');
    for (const client of clients) expect((await client.closed).code).toBe(1012);
    expect(await gateway.exited()).toEqual({ code: 0, signal: null });
    expect(started.filter(isRunning)).toEqual([]);
  }, 180_000);

  it('listen on the port that is asked for, and say whose fault it is when it is taken', async () => {
    const port = await freePort('127.0.0.1');
    const gateway = await startGateway({ JWT_SECRET, WORKERS: '2', PORT: String(port) }, SLOW);
    expect(gateway.httpUrl).toBe(`http://127.0.0.1:${port}`);
    const failure = await startGateway({ JWT_SECRET, WORKERS: '2', PORT: String(port) }, SLOW).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).toMatch(/did not start \(1\)/);
    expect(failure.trim().split('\n').at(-1)).toContain('PORT');
    await gateway.stop();
  }, 180_000);

  it('end when it is gone', async () => {
    const service = await startService({ WORKERS: '2' }, undefined, SLOW);
    const workers = workersOf(service.gateway);
    expect(workers).toHaveLength(2);
    const client = await service.connect();
    service.gateway.kill('SIGKILL');
    await client.closed;
    await untilGone(workers, 60_000);
    await service.stop();
  }, 180_000);

  it('read the changefeed over one connection, for the subscribers of all', async () => {
    const database = sharedDatabase();
    const proxy = await AskingProxy.start(database.url);
    const service = await startService({ WORKERS: '4', SURREAL_URL: proxy.url }, database, SLOW);
    const clients = [...(await oneOfEach(service, 4)).values()];
    for (const [n, client] of clients.entries()) {
      // A database that is busy is asked again.
      const subscribe = (id: string) => client.request({ id, type: 'subscribe', topic: 'read', snapshot: false });
      let tries = 0;
      await until(async () => (await subscribe(`s${n}-${(tries += 1)}`)).type === 'subscribed', 60_000);
    }
    proxy.forget();
    for (let n = 0; n < 50; n += 1) await service.writer.query('CREATE read SET n = $n', { n });
    for (const client of clients) {
      await client.until(() => client.frames.filter(({ type }) => type === 'event').length === 50);
    }
    expect(proxy.readers).toBe(1);
    // What one process asks for is asked for once, whoever it is for: beyond it there is a fifth of it at most.
    await until(() => proxy.asksOfReaders >= 200, 60_000);
    expect(proxy.asks).toBeLessThanOrEqual(1.2 * proxy.asksOfReaders);
    await service.stop();
    await proxy.stop();
  }, 180_000);

  it('are started again once as much waits for them as may, and the others miss nothing', async () => {
    const service = await startService({ WORKERS: '2', LIMIT_WORKER_BYTES: String(1024 * 1024) }, undefined, SLOW);
    const [frozen = 0, ...others] = workersOf(service.gateway);
    const clients: TestClient[] = [];
    // Those that come to the frozen one are of no use here.
    while (clients.length === 0) {
      const client = await service.connect();
      if (others.includes(connectedTo(client, [frozen, ...others]))) clients.push(client);
    }
    const [client] = clients;
    await client?.request({ id: 's', type: 'subscribe', topic: 'floods', snapshot: false });
    process.kill(frozen, 'SIGSTOP');
    const text = 'x'.repeat(10_000);
    for (let n = 0; n < 10; n += 1)
      await service.writer.query('FOR $n IN 0..50 { CREATE floods SET text = $text };', { text });
    await client?.until(() => client.frames.filter(({ type }) => type === 'event').length === 500);
    await untilGone([frozen], 60_000);
    await until(async () => (await metric(service.gateway, 'edge_hive_workers_serving')) === 2, 60_000);
    expect(await metric(service.gateway, 'edge_hive_worker_restarts_total{reason="slow"}')).toBe(1);
    await service.stop();
  }, 180_000);

  it('have one limit of connections', async () => {
    const service = await startService({ WORKERS: '2', LIMIT_CONNECTIONS: '4' }, undefined, SLOW);
    for (let n = 0; n < 4; n += 1) {
      await service.connect();
      await until(async () => (await metric(service.gateway, 'edge_hive_connections')) === n + 1);
    }
    // Both have been told of the fourth, which is one turn of theirs away.
    await until(async () => {
      const client = await TestClient.connect(service.gateway.url, { token: tokenOf('late') });
      const code = await Promise.race([client.closed.then(({ code }) => code), client.next('welcome').catch(() => 0)]);
      if (code !== 1013) await client.close();
      return code === 1013;
    });
    for (let n = 0; n < 4; n += 1) {
      const client = await TestClient.connect(service.gateway.url, { token: tokenOf('late') });
      expect((await client.closed).code).toBe(1013);
    }
    await service.stop();
  }, 180_000);

  it('say once why they cannot start', async () => {
    const failure = await startGateway({ JWT_SECRET, WORKERS: '3', POLICY_FILE: '/nowhere/policy.json' }, SLOW).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).toMatch(/did not start \(1\)/);
    expect(failure.match(/POLICY_FILE/g)).toHaveLength(1);
  }, 180_000);
});
