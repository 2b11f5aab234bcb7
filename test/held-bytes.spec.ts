import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { ask, subscribe } from './support/test-stream.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

const KIB = 1024;

/** A frame of about so many bytes. */
const large = (bytes: number) => ({ type: 'ping', id: 'p', padding: 'x'.repeat(bytes) });

describe('what waits for a token that can not be verified yet', () => {
  let keys: Server;
  let gateway: Gateway;
  beforeAll(async () => {
    // Never answers.
    keys = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(keys, 'listening');
    const { port } = keys.address() as AddressInfo;
    gateway = await startGateway({ JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`, NODE_ENV: 'production' });
  }, 40_000);
  afterAll(async () => {
    await gateway.stop();
    keys.closeAllConnections();
    keys.close();
  });

  it('is bounded: no more is read from its socket', async () => {
    const [, payload] = tokenOf('user-1').split('.');
    const rs256 = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'unknown' })).toString('base64url');
    const token = `${rs256}.${payload}.${Buffer.alloc(256).toString('base64url')}`;
    const clients = await Promise.all(Array.from({ length: 5 }, () => TestClient.connect(gateway.url, { token })));
    for (const client of clients) for (let n = 0; n < 12; n += 1) client.send(large(250 * KIB));
    let held = 0;
    const waiting = () => clients.every(({ socket }) => socket.readyState === socket.OPEN);
    while (held < 5 * 64 * KIB && waiting()) held = await metric(gateway, 'edge_hive_held_bytes');
    expect(held).toBeGreaterThanOrEqual(5 * 64 * KIB);
    expect(held).toBeLessThan(5 * (128 + 64) * KIB);
    for (const { socket } of clients) socket.terminate();
    while ((await metric(gateway, 'edge_hive_held_bytes')) > 0);
  }, 60_000);
});

describe('what lasts as long as a connection or its subscriptions', () => {
  let policy: PolicyFile;
  let service: Service;
  beforeAll(async () => {
    policy = await policyFile({
      topics: {
        notes: { read: 'authenticated' },
        rooms: { read: 'authenticated', where: { room: { nin: '$claims.rooms' } } },
      },
    });
    service = await startService({ POLICY_FILE: policy.path, LIMIT_CONNECTION_BYTES: `${2_048 * KIB}` });
    await service.writer.query('DEFINE TABLE notes; DEFINE TABLE rooms');
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await policy.remove();
  });

  const held = () => metric(service.gateway, 'edge_hive_held_bytes');
  const names = (name: string) => Array.from({ length: 1_000 }, (_, n) => `${name}${n}`);

  it('is counted: the connection, its claims, its filters, and what the policy says of it', async () => {
    const before = await held();
    const client = await service.connect('plain');
    const connected = await held();
    expect(connected - before).toBeGreaterThanOrEqual(8 * KIB);
    const member = await service.connect('member', { rooms: names('').slice(0, 800) });
    const claimed = await held();
    expect(claimed - connected).toBeGreaterThan((8 + 30) * KIB);
    await subscribe(client, { topic: 'notes', filter: { room: { nin: names('text') } } });
    const filtered = await held();
    expect(filtered - claimed).toBeGreaterThan(96 * KIB);
    // What equal subscriptions share is in memory once; what the policy says, once for all under the same rights.
    await subscribe(member, { topic: 'notes', filter: { room: { nin: names('text') } } });
    expect((await held()) - filtered).toBeLessThan(8 * KIB);
    const shared = await held();
    await subscribe(member, { topic: 'rooms' });
    const restricted = await held();
    expect(restricted - shared).toBeGreaterThan(64 * KIB);
    await subscribe(member, { topic: 'rooms', filter: { n: 1 } });
    expect((await held()) - restricted).toBeLessThan(16 * KIB);
    await Promise.all([client.close(), member.close()]);
    while ((await held()) > before);
  });

  it('is bounded for a connection together with all else that is held for it', async () => {
    const before = await held();
    const client = await service.connect('greedy');
    let reply = await ask(client, { topic: 'notes', filter: { room: { nin: names('0x') } } });
    for (let n = 1; reply.type === 'subscribed' && n < 90; n += 1)
      reply = await ask(client, { topic: 'notes', filter: { room: { nin: names(`${n}x`) } } });
    expect(reply).toMatchObject({ code: 'LIMIT_EXCEEDED', message: expect.stringMatching(/held for this connection/) });
    expect((await held()) - before).toBeLessThan(2_048 * KIB);
    await client.close();
    while ((await held()) > before);
  });
});

describe('where connections alone are too much', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, LIMIT_OUTBOX_TOTAL_BYTES: `${1_024 * KIB}` });
  }, 40_000);
  afterAll(() => gateway.stop());

  it('closes some of them, and serves those that come', async () => {
    const clients: TestClient[] = [];
    for (let n = 0; n < 300; n += 1) clients.push(await TestClient.connect(gateway.url, { token: tokenOf('many') }));
    const last = clients.at(-1);
    expect(await last?.request({ type: 'ping', id: 'last' })).toMatchObject({ type: 'pong' });
    expect(await metric(gateway, 'edge_hive_held_bytes')).toBeLessThan(1_024 * KIB);
    expect(await metric(gateway, 'edge_hive_slow_consumers_total')).toBeGreaterThan(100);
    for (const { socket } of clients) socket.terminate();
    while ((await metric(gateway, 'edge_hive_held_bytes')) > 0);
  });
});

describe('frames before authentication', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, NODE_ENV: 'production' });
  }, 40_000);
  afterAll(() => gateway.stop());

  it('are smaller: half a large one closes with 1009, and one in many parts', async () => {
    const client = await TestClient.connect(gateway.url);
    client.send(large(60 * KIB));
    client.send({ type: 'ping', id: 'small' });
    expect(await client.reply('small')).toMatchObject({ code: 'UNAUTHENTICATED' });
    client.socket.send('x'.repeat(250 * KIB), { fin: false });
    expect((await client.closed).code).toBe(1009);
    const other = await TestClient.connect(gateway.url);
    for (let n = 0; n < 100; n += 1) other.socket.send('x', { fin: false });
    expect((await other.closed).code).toBe(1008);
  });

  it('may be as large as any behind a token that is good', async () => {
    const client = await TestClient.connect(gateway.url);
    client.send({ type: 'auth', id: 'a', token: tokenOf('user-1') });
    client.send(large(255 * KIB));
    client.send({ type: 'ping', id: 'last' });
    expect(await client.reply('last')).toMatchObject({ type: 'pong' });
    expect(client.types).toEqual(['welcome', 'pong', 'pong']);
    await client.close();
  });
});
