import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
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
