import { describe, expect, it } from '@jest/globals';
import { WELCOME } from './scripted-server.js';
import { stateOf, useServer } from './setup.js';

describe('authenticating', () => {
  const setup = useServer();
  /** The server's time, which has nothing to do with this machine's. */
  const NOW = Date.UTC(2031, 0, 1);
  const time = new Date(NOW).toISOString();
  const inSeconds = (seconds: number) => NOW / 1_000 + seconds;

  it('shows its token in the first frame, and nothing else before the welcome', async () => {
    const client = setup.client({ token: 'secret' });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    const opened = stateOf(client, 'open');
    expect(await server.welcome()).toMatchObject({ token: 'secret' });
    expect(server.frames.unread).toEqual([]);
    expect(await opened).toEqual({ status: 'open', connection: 'connection-1', principal: { id: 'user-1' } });
    await server.acceptSubscription('s1');
  });

  it('connects again when the server closes before its token has arrived', async () => {
    const client = setup.client({ token: 'secret' });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    server.close(4401, 'no token came in time');
    expect(await (await setup.server.connection()).welcome()).toMatchObject({ token: 'secret' });
    expect(setup.states).toContainEqual(
      expect.objectContaining({ status: 'reconnecting', reason: { code: 1006, reason: 'no token came in time' } }),
    );
  });

  it('takes an error instead of a welcome for a refusal of the token', async () => {
    const client = setup.client({ token: 'bad' });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    const closed = stateOf(client, 'closed');
    await server.refuse('Signature.');
    expect(await closed).toMatchObject({ reason: { code: 4401, reason: 'Signature.' } });
  });

  it('does not wait for the close of a server that has refused the token', async () => {
    const client = setup.client({ token: 'bad' });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    const closed = stateOf(client, 'closed');
    const { id } = await server.expect('auth');
    server.send({ type: 'error', id, code: 'UNAUTHENTICATED', message: 'Signature.', retryable: false });
    expect(await closed).toMatchObject({ reason: { code: 4401, reason: 'Signature.' } });
  });

  it('waits for a fresh token when the one that it has slept with had expired', async () => {
    const tokens = ['old', 'old', 'fresh'];
    const client = setup.client({ getToken: () => tokens.shift() });
    client.subscribe('messages', () => undefined);
    await (await setup.server.connection()).refuse('The token has expired.', 4410);
    const server = await setup.server.connection();
    expect(await server.welcome()).toMatchObject({ token: 'fresh' });
    await server.acceptSubscription('s1');
    expect(setup.server.count).toBe(2);
  });

  it('tries another token after 4401, and gives up when it is the same again', async () => {
    const tokens = ['first', 'second', 'second'];
    const client = setup.client({ getToken: () => tokens.shift() });
    client.subscribe('messages', () => undefined);
    const closed = stateOf(client, 'closed');
    for (const token of ['first', 'second']) {
      const server = await setup.server.connection();
      expect(await server.refuse('Signature.')).toMatchObject({ token });
    }
    expect(await closed).toMatchObject({ reason: { code: 4401 } });
    expect(setup.server.count).toBe(2);
  });

  it('waits for a fresh token after 4410', async () => {
    const tokens = ['old', 'old', 'old', 'fresh'];
    const client = setup.client({ getToken: async () => tokens.shift() });
    client.subscribe('messages', () => undefined);
    const first = await setup.server.connection();
    await first.welcome();
    await first.acceptSubscription('s1');
    first.close(4410);
    const second = await setup.server.connection();
    expect(await second.welcome()).toMatchObject({ token: 'fresh' });
    await second.acceptSubscription('s1');
  });

  it('asks for a token again when getToken fails', async () => {
    const answers = [() => Promise.reject(new Error('offline')), () => Promise.resolve('token')];
    const client = setup.client({ getToken: () => answers.shift()?.() });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    expect(await server.expect('auth')).toMatchObject({ token: 'token' });
    expect(setup.errors).toMatchObject([{ code: 'TOKEN_UNAVAILABLE', retryable: true }]);
  });

  it('stays closed when it is closed because getToken fails', async () => {
    const client = setup.client({ getToken: () => Promise.reject(new Error('offline')) });
    client.on('error', () => client.close());
    const closed = stateOf(client, 'closed');
    client.subscribe('messages', () => undefined);
    await closed;
    expect(setup.states.map(({ status }) => status)).toEqual(['connecting', 'closed']);
    expect(client.state).toMatchObject({ status: 'closed' });
  });

  it('renews a token that is about to expire, on the connection that is open', async () => {
    const tokens = ['old', 'new'];
    const client = setup.client({ getToken: () => tokens.shift() });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.welcome({ time, principal: { id: 'user-1', expires: inSeconds(1) } });
    await server.acceptSubscription('s1');
    const { id, token } = await server.expect('auth');
    const principal = { id: 'user-1', expires: inSeconds(3_600) };
    const renewed = stateOf(client, 'open');
    server.send({ type: 'authenticated', id, principal });
    expect(token).toBe('new');
    expect(await renewed).toMatchObject({ principal });
    expect(setup.server.count).toBe(1);
  });

  it('goes on when a renewal is refused, and tries once more with the next token', async () => {
    const tokens = ['old', 'wrong', 'right'];
    setup.client({ getToken: () => tokens.shift() }).subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.welcome({ time, principal: { id: 'user-1', expires: inSeconds(2) } });
    await server.acceptSubscription('s1');
    const { id } = await server.expect('auth');
    server.send({ type: 'error', id, code: 'UNAUTHENTICATED', message: 'Another principal.', retryable: false });
    expect(await server.expect('auth')).toMatchObject({ token: 'right' });
    expect(setup.errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  });

  it('renews at once when a pong says that the time has come', async () => {
    const tokens = ['old', 'new'];
    setup.client({ getToken: () => tokens.shift() }).subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    const principal = { id: 'user-1', expires: inSeconds(3_600) };
    await server.welcome({ time, principal, heartbeat: { interval: 20, timeout: 10_000 } });
    await server.acceptSubscription('s1');
    const { id } = await server.expect('ping');
    server.send({ type: 'pong', ...(id && { id }), time: new Date(NOW + 3_590_000).toISOString() });
    expect(await server.expect('auth')).toMatchObject({ token: 'new' });
  });

  it('shows the same token later where the server says that it came too soon', async () => {
    const tokens = ['old', 'new'];
    const client = setup.client({ getToken: () => tokens.shift() });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.welcome({ time, principal: { id: 'user-1', expires: inSeconds(1) } });
    await server.acceptSubscription('s1');
    const { id } = await server.expect('auth');
    server.send({ type: 'error', id, code: 'RATE_LIMITED', message: 'Later.', retryable: true });
    const again = await server.expect('auth');
    expect(again).toMatchObject({ token: 'new' });
    const renewed = stateOf(client, 'open');
    server.send({ type: 'authenticated', id: again.id, principal: { id: 'user-1', expires: inSeconds(3_600) } });
    await renewed;
    expect(setup.errors).toEqual([]);
  });

  it('asks again when getToken does not answer in time, before it connects and before a token expires', async () => {
    const never = new Promise<string>(() => undefined);
    const answers = [never, 'old', never, 'new'];
    setup
      .client({ getToken: () => answers.shift(), tokenTimeout: 20, backoff: { baseDelay: 1, maxDelay: 5 } })
      .subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    const { token } = await server.welcome({ time, principal: { id: 'user-1', expires: inSeconds(5) } });
    expect(token).toBe('old');
    await server.acceptSubscription('s1');
    expect(await server.expect('auth')).toMatchObject({ token: 'new' });
    const unavailable = { code: 'TOKEN_UNAVAILABLE', message: expect.stringContaining('no answer within 20 ms') };
    expect(setup.errors).toMatchObject([unavailable, unavailable]);
  });

  it('connects again when it is used, after an anonymous connection without subscriptions was closed', async () => {
    const client = setup.client();
    client.subscribe('messages', () => undefined).unsubscribe();
    const first = await setup.server.connection();
    const idle = stateOf(client, 'idle');
    first.close(4401);
    await idle;
    client.subscribe('messages', () => undefined);
    await (await setup.server.connection()).acceptSubscription('s1');
  });

  it('takes a welcome that no token of its own brought', async () => {
    const client = setup.client();
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.send({ ...WELCOME, limits: { ...WELCOME.limits, frameBytes: 10 } });
    await server.settled();
    expect(client.state).toMatchObject({ status: 'open', principal: { id: 'user-1' } });
    await expect(client.channel('room:1').publish('said', 'hello')).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
