import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { beforeExpiry } from './support/expiry.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

describe('authentication', () => {
  let gateway: Gateway;
  const clients: TestClient[] = [];

  beforeAll(async () => {
    gateway = await startGateway({
      JWT_SECRET,
      AUTH_TIMEOUT_MS: '1000',
      LOG_LEVEL: 'verbose',
      JWT_ACCESS: 'account, staff',
    });
  }, 40_000);
  afterAll(() => gateway.stop());
  afterAll(() => Promise.all(clients.splice(0).map((client) => client.close())));

  async function connect(
    ...args: Parameters<typeof TestClient.connect> extends [string, ...infer Rest] ? Rest : never
  ) {
    const client = await TestClient.connect(gateway.url, ...args);
    clients.push(client);
    return client;
  }

  it('welcomes a bearer token in the header', async () => {
    const client = await connect({ token: tokenOf('user-1') });
    expect(await client.next('welcome')).toEqual({
      type: 'welcome',
      protocol: 1,
      connection: expect.any(String),
      principal: { id: 'user-1', expires: expect.any(Number) },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      heartbeat: { interval: 25_000, timeout: 10_000 },
      presence: { grace: 10_000 },
      limits: expect.objectContaining({ frameBytes: 262_144, subscriptions: 100, commandsPerSecond: 100 }),
    });
  });

  it('welcomes a token in the query, and never logs it', async () => {
    const token = tokenOf('user-2');
    const client = await TestClient.connect(`${gateway.url}?token=${token}`);
    clients.push(client);
    expect((await client.next('welcome')).principal.id).toBe('user-2');
    expect(gateway.output).not.toContain(token);
  });

  it.each([
    [['bearer.{token}'], 'bearer.{token}'],
    [['edge-hive.v1', 'bearer.{token}'], 'edge-hive.v1'],
    [['bearer.{token}', 'edge-hive.v1'], 'edge-hive.v1'],
  ])('welcomes a token among the subprotocols %j, and chooses %s', async (offered, chosen) => {
    const token = tokenOf('user-3');
    const client = await connect({ protocols: offered.map((protocol) => protocol.replace('{token}', token)) });
    expect((await client.next('welcome')).principal.id).toBe('user-3');
    expect(client.socket.protocol).toBe(chosen.replace('{token}', token));
  });

  it('welcomes a token in the first frame, and answers the frames behind it in order', async () => {
    const client = await connect();
    client.send({ type: 'auth', id: '0', token: tokenOf('user-4') });
    for (const id of ['1', '2']) client.send({ type: 'ping', id });
    await client.reply('2');
    expect(client.types).toEqual(['welcome', 'pong', 'pong']);
  });

  it('answers frames behind a token in the handshake after the welcome', async () => {
    const client = await connect({ token: tokenOf('user-4') });
    for (const id of ['1', '2']) client.send({ type: 'ping', id });
    await client.reply('2');
    expect(client.types).toEqual(['welcome', 'pong', 'pong']);
  });

  it.each([
    ['garbage', 'x'],
    ['a token without a principal', tokenOf('')],
    ['a token of another namespace', tokenOf('user-1', { NS: 'other', DB: 'main', AC: 'account', ID: 'user:1' })],
    ['a token of another database', tokenOf('user-1', { NS: 'main', DB: 'other', AC: 'account', ID: 'user:1' })],
    ['a token of another access method', tokenOf('user-1', { NS: 'main', DB: 'main', AC: 'other', ID: 'user:1' })],
    ['an expired token without a principal', tokenOf('', { exp: 1_000_000 })],
    ['an expired token of another secret', `${tokenOf('user-1', { exp: 1_000_000 }).slice(0, -4)}AAAA`],
  ])('opens and closes with 4401 for %s in the handshake', async (_, token) => {
    const client = await connect({ token });
    client.send({ type: 'ping', id: '1' });
    expect((await client.closed).code).toBe(4401);
    expect(client.frames).toEqual([]);
  });

  it('opens and closes with 4410 for a token in the handshake that was right, and has expired', async () => {
    const client = await connect({ token: tokenOf('user-1', { exp: 1_000_000 }) });
    client.send({ type: 'ping', id: '1' });
    expect((await client.closed).code).toBe(4410);
    expect(client.frames).toEqual([]);
  });

  it('answers a first token that was right and has expired, and closes with 4410', async () => {
    const client = await connect();
    const token = tokenOf('user-1', { exp: 1_000_000 });
    expect(await client.request({ type: 'auth', id: '0', token })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await client.closed).code).toBe(4410);
  });

  it('answers a bad first token, and closes with 4401', async () => {
    const client = await connect();
    expect(await client.request({ type: 'auth', id: '0', token: 'x' })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await client.closed).code).toBe(4401);
  });

  it('closes with 4401 who neither authenticates nor subscribes to something public in time', async () => {
    const client = await connect();
    expect((await client.closed).code).toBe(4401);
  });

  it('answers commands before authentication UNAUTHENTICATED, and does not serve them later', async () => {
    const client = await connect();
    const channel = 'room:1';
    expect(await client.request({ type: 'publish', id: '1', channel, event: 'e', data: 1 })).toMatchObject({
      type: 'error',
      code: 'UNAUTHENTICATED',
      retryable: false,
    });
    expect(await client.request({ type: 'ping', id: '2' })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await client.request({ type: 'unsubscribe', id: '3', channel })).toMatchObject({ code: 'UNAUTHENTICATED' });
    client.send({ type: 'auth', token: tokenOf('user-5') });
    await client.next('welcome');
    await client.request({ type: 'ping', id: '4' });
    expect(client.types).toEqual(['error', 'error', 'error', 'welcome', 'pong']);
  });

  it('serves what is public without a token, beyond the deadline, and lets it be ended', async () => {
    const client = await connect();
    const late = await connect();
    expect(await client.request({ type: 'subscribe', id: '1', channel: 'room:1' })).toMatchObject({
      type: 'subscribed',
    });
    await late.closed;
    expect(await client.request({ type: 'unsubscribe', id: '2', channel: 'room:1' })).toMatchObject({
      type: 'unsubscribed',
      channel: 'room:1',
    });
  });

  it('renews a token of the same principal', async () => {
    const client = await connect({ token: tokenOf('user-6', { exp: Math.floor(Date.now() / 1000) + 60 }) });
    await client.next('welcome');
    expect(await client.request({ type: 'auth', id: '1', token: tokenOf('user-6') })).toMatchObject({
      type: 'authenticated',
      principal: { id: 'user-6' },
    });
  });

  it('keeps connection and principal when a renewal fails', async () => {
    const client = await connect({ token: tokenOf('user-7') });
    await client.next('welcome');
    const renewals = ['x', tokenOf('user-8'), tokenOf('user-7', { exp: 1_000_000 })];
    for (const [n, token] of renewals.entries()) {
      expect(await client.request({ type: 'auth', id: `${n}`, token })).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(await client.request({ type: 'ping', id: 'still' })).toMatchObject({ type: 'pong' });
  });

  it('closes with 4410 when the token expires', async () => {
    const client = await beforeExpiry(async (exp) => {
      const open = await connect({ token: tokenOf('user-9', { exp }) });
      await open.next('welcome');
      return open;
    });
    expect((await client.closed).code).toBe(4410);
  });

  it('does not close a token that expires in a hundred years', async () => {
    const client = await connect({ token: tokenOf('user-9', { exp: Math.floor(Date.now() / 1000) + 3_155_760_000 }) });
    await client.next('welcome');
    expect(await client.request({ type: 'ping', id: '1' })).toMatchObject({ type: 'pong' });
  });
});
