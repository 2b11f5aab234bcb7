import { describe, expect, it } from '@jest/globals';
import type { ScriptedConnection } from './scripted-server.js';
import { stateOf, useServer } from './setup.js';

describe('changing the principal', () => {
  const setup = useServer();
  const ann = { principal: { id: 'ann' } };
  const bob = { principal: { id: 'bob' } };

  const refusal = (id: string, message: string) =>
    ({ type: 'error', id, code: 'UNAUTHENTICATED', message, retryable: false }) as const;

  /** Another connection of the client, which shows this token. */
  async function opened(token: string, welcome: typeof ann): Promise<ScriptedConnection> {
    const server = await setup.server.connection();
    expect(await server.welcome(welcome)).toMatchObject({ token });
    return server;
  }

  it('signs in on the anonymous connection that is open', async () => {
    const client = setup.client();
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const signedIn = client.auth('a');
    expect(await server.welcome(ann)).toMatchObject({ token: 'a' });
    expect(await signedIn).toEqual({ id: 'ann' });
    expect(client.state).toMatchObject({ status: 'open', principal: { id: 'ann' } });
    const published = client.channel('room:1').publish('said', 1);
    const { id } = await server.expect('publish');
    server.send({ type: 'ack', id });
    await published;
    server.break();
    await (await opened('a', ann)).acceptSubscription('s1');
  });

  it('goes on as nobody when the token that signs in is refused', async () => {
    const client = setup.client();
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const signedIn = client.auth('bad');
    await server.refuse('Signature.');
    await expect(signedIn).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: 'Signature.' });
    await (await setup.server.connection()).acceptSubscription('s1');
    expect(setup.errors).toEqual([]);
  });

  it('shows new claims of the same principal on the connection that is open', async () => {
    const client = setup.client({ token: 'a' });
    client.subscribe('messages', () => undefined);
    const server = await opened('a', ann);
    await server.acceptSubscription('s1');
    const changed = client.auth('a2');
    const { id, token } = await server.expect('auth');
    server.send({ type: 'authenticated', id, principal: { id: 'ann', expires: 1_990_000_000 } });
    expect(token).toBe('a2');
    expect(await changed).toEqual({ id: 'ann', expires: 1_990_000_000 });
    server.break();
    await opened('a2', ann);
  });

  it('goes over to another connection for another principal, with what is subscribed', async () => {
    const client = setup.client({ token: 'a' });
    const rows: unknown[] = [];
    const resyncs: unknown[] = [];
    const onSnapshot = (snapshot: unknown) => rows.push(snapshot);
    const onResync = ({ reason }: { reason: string }) => resyncs.push(reason);
    client.subscribe('messages', null, () => undefined, { onSnapshot, onResync });
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    first.snapshot('s1', { id: 'messages:anns' });
    const changed = client.auth('b');
    const { id } = await first.expect('auth');
    first.send(refusal(id, 'Of another principal.'));
    const second = await opened('b', bob);
    expect(await changed).toEqual({ id: 'bob' });
    expect(await first.closed).toBe(1000);
    expect(await second.acceptSubscription('s2', { recovered: false })).toMatchObject({ since: 'c0', epoch: 'e1' });
    second.snapshot('s2', { id: 'messages:bobs' });
    await second.settled();
    expect(rows).toEqual([[{ id: 'messages:anns' }], [{ id: 'messages:bobs' }]]);
    expect(resyncs).toEqual(['reconnected']);
    expect(setup.states.map(({ status }) => status)).toEqual(['connecting', 'open', 'open']);
    expect(setup.errors).toEqual([]);
  });

  it('stays who it is when the token of another is refused', async () => {
    const client = setup.client({ token: 'a' });
    client.subscribe('messages', () => undefined);
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    const changed = client.auth('b');
    const { id } = await first.expect('auth');
    first.send(refusal(id, 'Signature.'));
    await (await setup.server.connection()).refuse('Signature.');
    await expect(changed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(client.state).toMatchObject({ status: 'open', principal: { id: 'ann' } });
    const published = client.channel('room:1').publish('said', 1);
    const publish = await first.expect('publish');
    first.send({ type: 'ack', id: publish.id });
    await published;
    first.break();
    await opened('a', ann);
  });

  it('signs out: nothing is sent or heard as the principal any more, and what is subscribed goes on as nobody', async () => {
    const client = setup.client({ getToken: () => 'a' });
    client.subscribe('messages', () => undefined);
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    expect(await client.auth(null)).toBeUndefined();
    expect(await first.closed).toBe(1000);
    const second = await setup.server.connection();
    await second.acceptSubscription('s1');
    expect(client.state).toEqual({ status: 'open' });
    second.break();
    await (await setup.server.connection()).acceptSubscription('s1');
  });

  it('asks getToken when nothing is given', async () => {
    let token: string | null = null;
    const client = setup.client({ getToken: () => token });
    client.subscribe('messages', () => undefined);
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    token = 'a';
    const signedIn = client.auth();
    expect(await first.welcome(ann)).toMatchObject({ token: 'a' });
    expect(await signedIn).toEqual({ id: 'ann' });
    token = null;
    expect(await client.auth()).toBeUndefined();
    await (await setup.server.connection()).acceptSubscription('s1');
  });

  it('lets the one before finish what it was saying, and keeps the next one waiting', async () => {
    const client = setup.client({ token: 'a' });
    client.subscribe('messages', () => undefined);
    const room = client.channel('room:1');
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    const before = room.publish('said', 'of ann');
    const publish = await first.expect('publish');
    const changed = client.auth('b');
    const { id } = await first.expect('auth');
    first.send(refusal(id, 'Of another principal.'));
    const second = await opened('b', bob);
    await second.settled();
    const after = room.publish('said', 'of bob');
    first.send({ type: 'ack', id: publish.id });
    await before;
    await changed;
    await second.acceptSubscription('s1');
    const next = await second.expect('publish');
    second.send({ type: 'ack', id: next.id });
    await after;
    expect(first.frames.unread).toEqual([]);
  });

  it('does not say as another what was to be said before', async () => {
    const tokens = ['a', 'b'];
    const client = setup.client({ getToken: () => tokens.shift() });
    const room = client.channel('room:1');
    const published = room.publish('said', 'of ann');
    const first = await opened('a', ann);
    await first.expect('publish');
    first.break();
    const second = await opened('b', bob);
    await expect(published).rejects.toMatchObject({ code: 'PRINCIPAL_CHANGED' });
    await second.settled();
    expect(second.frames.unread).toEqual([]);
  });

  it('connects with the token that is given while it waits to connect', async () => {
    const client = setup.client({ token: 'a', backoff: { baseDelay: 10_000_000, maxDelay: 10_000_000 } });
    client.subscribe('messages', () => undefined);
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    const lost = stateOf(client, 'reconnecting');
    first.break();
    await lost;
    const changed = client.auth('b');
    const second = await opened('b', bob);
    expect(await changed).toEqual({ id: 'bob' });
    await second.acceptSubscription('s1');
  });

  it('goes back to what it was when the token that is given while it waits is refused', async () => {
    const client = setup.client({ token: 'a' });
    client.subscribe('messages', () => undefined);
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    const lost = stateOf(client, 'reconnecting');
    first.break();
    await lost;
    const changed = client.auth('b');
    await (await setup.server.connection()).refuse('Signature.');
    await expect(changed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await opened('a', ann);
  });

  it('signs in on the next connection when the one without subscriptions is closed meanwhile', async () => {
    const client = setup.client();
    client.subscribe('messages', () => undefined).unsubscribe();
    const opened = stateOf(client, 'open');
    const first = await setup.server.connection();
    await opened;
    const signedIn = client.auth('a');
    await first.expect('auth');
    first.close(4401, 'no token came in time');
    expect(await (await setup.server.connection()).welcome(ann)).toMatchObject({ token: 'a' });
    expect(await signedIn).toEqual({ id: 'ann' });
  });

  it('goes over once when the connection is lost while the other is opened', async () => {
    const client = setup.client({ token: 'a' });
    client.subscribe('messages', () => undefined);
    const first = await opened('a', ann);
    await first.acceptSubscription('s1');
    const changed = client.auth('b');
    const { id } = await first.expect('auth');
    first.send(refusal(id, 'Of another principal.'));
    const second = await setup.server.connection();
    await second.expect('auth');
    first.break();
    const third = await opened('b', bob);
    expect(await changed).toEqual({ id: 'bob' });
    await third.acceptSubscription('s1');
    await second.closed;
    expect(client.state).toMatchObject({ status: 'open', principal: { id: 'bob' } });
    expect(setup.server.count).toBe(3);
  });

  it('is settled by the newest call', async () => {
    const client = setup.client();
    const first = client.auth('a');
    const second = client.auth('b');
    await expect(first).rejects.toMatchObject({ code: 'REPLACED' });
    await opened('b', bob);
    expect(await second).toEqual({ id: 'bob' });
    expect(setup.server.count).toBe(1);
  });

  it('says that it is closed, and what is no token', async () => {
    const client = setup.client();
    await expect(client.auth(7 as never)).rejects.toThrow(TypeError);
    const waiting = client.auth('a');
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(client.auth('a')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
