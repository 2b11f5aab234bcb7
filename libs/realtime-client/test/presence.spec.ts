import { describe, expect, it } from '@jest/globals';
import type { PresenceChange, PresenceMember } from '@edge-hive/protocol';
import type { Channel } from '../src/index.js';
import { type ScriptedConnection, WELCOME } from './scripted-server.js';
import { useServer } from './setup.js';

describe('presence', () => {
  const setup = useServer();
  const since = '2026-01-01T00:00:00.000Z';
  const later = { type: 'error', code: 'RATE_LIMITED', message: 'Slow down.', retryable: true } as const;
  const never = { type: 'error', code: 'FORBIDDEN', message: 'No.', retryable: false } as const;

  const member = (key: string, state = {}): PresenceMember => ({ id: 'ann', key, state, since });
  const base = (stream: string) => ({ type: 'presence', channel: 'room:1', stream }) as const;

  function members(server: ScriptedConnection, stream: string, ...all: PresenceMember[]): void {
    server.send({ ...base(stream), members: all, last: true });
  }

  function changes(server: ScriptedConnection, stream: string, ...all: PresenceChange[]): void {
    server.send({ ...base(stream), changes: all });
  }

  /** Everything that a channel's presence says. */
  function listen({ presence }: Channel): string[] {
    const heard: string[] = [];
    for (const name of ['join', 'update', 'leave'] as const)
      presence.on(name, ({ key }) => heard.push(`${name} ${key}`));
    presence.on('sync', (all) => heard.push(`sync ${all.map(({ key }) => key).join()}`));
    presence.on('count', ({ count, principals }) => heard.push(`count ${count}/${principals}`));
    return heard;
  }

  async function reconnect(server: ScriptedConnection): Promise<ScriptedConnection> {
    await server.settled();
    server.break();
    return setup.server.connection();
  }

  /** Present, and the server knows it. */
  async function enter(channel: Channel, state: object = { name: 'Ann' }) {
    const entered = channel.presence.enter(state as Record<string, unknown>);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const command = await server.expect('presence');
    server.send({ type: 'ack', id: command.id });
    await entered;
    return { server, command };
  }

  describe('of others', () => {
    it('is asked for where somebody listens, and says who came, changed and left, then all', async () => {
      const channel = setup.client().channel('room:1');
      const heard = listen(channel);
      const server = await setup.server.connection();
      expect(await server.acceptSubscription('s1')).toMatchObject({ channel: 'room:1', presence: true });
      members(server, 's1', member('1'), member('2'));
      changes(
        server,
        's1',
        { action: 'join', ...member('3') },
        { action: 'update', ...member('2', { typing: true }) },
        { action: 'leave', id: 'ann', key: '1', since },
      );
      await server.settled();
      expect(heard).toEqual(['sync 1,2', 'count 2/1', 'join 3', 'update 2', 'leave 1', 'sync 2,3']);
      expect(channel.presence.members).toEqual([member('2', { typing: true }), member('3')]);
      expect(channel.presence.count).toEqual({ count: 2, principals: 1 });
    });

    it('comes in order with messages', async () => {
      const channel = setup.client().channel('room:1');
      const heard = listen(channel);
      channel.on('said', ({ data }) => heard.push(`said ${String(data)}`));
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      await server.acceptSubscription('s1');
      await server.settled();
      members(server, 's1', member('1'));
      const message = { type: 'message', channel: 'room:1', stream: 's1', event: 'said', time: since } as const;
      server.send({ ...message, data: 'bye', cursor: 'm1' });
      changes(server, 's1', { action: 'leave', id: 'ann', key: '1', since });
      await server.settled();
      expect(heard).toEqual(['sync 1', 'count 1/1', 'said bye', 'leave 1', 'sync ', 'count 0/0']);
    });

    it('stays as it was while there is no connection, and has the difference then', async () => {
      const channel = setup.client().channel('room:1');
      const heard = listen(channel);
      const first = await setup.server.connection();
      await first.acceptSubscription('s1');
      members(first, 's1', member('1'), member('2'));
      const second = await reconnect(first);
      expect(channel.presence.members.map(({ key }) => key)).toEqual(['1', '2']);
      const command = await second.acceptSubscription('s1', { cursor: 'c9' });
      members(second, 's1', member('1'), member('2'));
      const third = await reconnect(second);
      await third.acceptSubscription('s1');
      members(third, 's1', member('2'), member('3'));
      await third.settled();
      expect(command).toMatchObject({ presence: true });
      expect(command).not.toHaveProperty('since');
      const [, ...anew] = heard.filter((text) => !text.startsWith('count'));
      expect(anew).toEqual(['sync 1,2', 'leave 1', 'join 3', 'sync 2,3']);
    });

    it('is asked for anew behind messages that are resumed', async () => {
      const channel = setup.client().channel('room:1');
      channel.on('said', () => undefined);
      listen(channel);
      const first = await setup.server.connection();
      await first.acceptSubscription('s1');
      await first.acceptSubscription('s1');
      const second = await reconnect(first);
      const commands = [
        await second.acceptSubscription('s2', { recovered: true }),
        await second.acceptSubscription('s2'),
      ];
      expect(commands.map(({ since: from, presence }) => [from, presence])).toEqual([
        ['c0', undefined],
        [undefined, true],
      ]);
    });

    it('says no resync, and nothing that was lost: members come by themselves', async () => {
      const client = setup.client();
      const notices: unknown[] = [];
      client.on('resync', (notice) => notices.push(notice));
      const heard = listen(client.channel('room:1'));
      const first = await setup.server.connection();
      await first.acceptSubscription('s1');
      first.send({ type: 'resync', stream: 's1', reason: 'overrun' });
      members(first, 's1', member('1'));
      const second = await reconnect(first);
      await second.acceptSubscription('s1');
      await second.settled();
      expect([heard, notices]).toEqual([['sync 1', 'count 1/1'], []]);
    });

    it('is asked for as numbers where nobody listens to more', async () => {
      const { presence } = setup.client().channel('room:1');
      const heard: unknown[] = [];
      presence.on('count', (count) => heard.push(count));
      const server = await setup.server.connection();
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: 'count' });
      server.send({ ...base('s1'), count: 0, principals: 0 }, { ...base('s1'), count: 12, principals: 9 });
      await server.settled();
      expect(heard).toEqual([
        { count: 0, principals: 0 },
        { count: 12, principals: 9 },
      ]);
      expect([presence.count, presence.members]).toEqual([{ count: 12, principals: 9 }, []]);
    });

    it('is asked for as it is listened to, and no more when nobody listens, also beside messages', async () => {
      const channel = setup.client().channel('room:1');
      channel.on('said', () => undefined);
      const offCount = channel.presence.on('count', () => undefined);
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: 'count' });
      await server.settled();
      const offSync = channel.presence.on('sync', () => undefined);
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: true });
      members(server, 's1', member('1'));
      await server.settled();
      offSync();
      expect(channel.presence.members).toEqual([]);
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: 'count' });
      await server.settled();
      offCount();
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: false });
      await server.settled();
      expect(server.frames.unread).toEqual([]);
    });

    it('says nothing more of members when the last of their listeners takes itself off', async () => {
      const { presence } = setup.client().channel('room:1');
      const heard: unknown[] = [];
      presence.on('count', ({ count }) => heard.push(count));
      const off = presence.on('join', ({ key }) => {
        heard.push(key);
        off();
      });
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      members(server, 's1', member('1'));
      changes(server, 's1', { action: 'join', ...member('2') }, { action: 'join', ...member('3') });
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: 'count' });
      await server.settled();
      expect([heard, presence.members]).toEqual([[1, '2'], []]);
    });

    it('is asked for as it is listened to by then when that changes before the answer', async () => {
      const { presence } = setup.client().channel('room:1');
      presence.on('count', () => undefined);
      const server = await setup.server.connection();
      const { id } = await server.expect('subscribe');
      presence.on('sync', () => undefined);
      const reply = { channel: 'room:1', stream: 's1', cursor: 'c0', epoch: 'e1', durable: false } as const;
      server.send({ type: 'subscribed', id, ...reply });
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: true });
    });

    it('ends its subscription with its last listener', async () => {
      const off = setup
        .client()
        .channel('room:1')
        .presence.on('sync', () => undefined);
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      await server.settled();
      off();
      expect(await server.acceptSubscription('s1')).toMatchObject({ presence: false });
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    });

    it('reports that it may not be looked at', async () => {
      const client = setup.client();
      const reported = new Promise((resolve) => client.on('error', resolve));
      client.channel('room:1').presence.on('sync', () => undefined);
      const server = await setup.server.connection();
      const { id } = await server.expect('subscribe');
      server.send({ ...never, id });
      expect(await reported).toMatchObject({ code: 'FORBIDDEN' });
    });

    it('is one for all of a client that name the channel', async () => {
      const client = setup.client();
      const heard = listen(client.channel('room:1'));
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      members(server, 's1', member('1'));
      await server.settled();
      expect(client.channel('room:1').presence.members.map(({ key }) => key)).toEqual(['1']);
      client.channel('room:1').unsubscribe();
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
      changes(server, 's1', { action: 'join', ...member('2') });
      await server.settled();
      expect([heard, client.channel('room:1').presence.members]).toEqual([['sync 1', 'count 1/1'], []]);
    });
  });

  describe('of its own', () => {
    it('enters behind a subscription, updates and leaves, under one key', async () => {
      const channel = setup.client().channel('room:1');
      const { server, command } = await enter(channel);
      expect(command).toMatchObject({ channel: 'room:1', key: channel.presence.key, state: { name: 'Ann' } });
      expect(channel.presence.key).toMatch(/^[0-9a-z]{32}$/);
      const updated = channel.presence.update({ name: 'Ann', typing: true });
      const second = await server.expect('presence');
      expect(second).toMatchObject({ key: command.key, state: { name: 'Ann', typing: true } });
      server.send({ type: 'ack', id: second.id });
      await updated;
      const left = channel.presence.leave();
      const third = await server.expect('presence');
      expect(third).toMatchObject({ key: command.key, state: null });
      server.send({ type: 'ack', id: third.id });
      await left;
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    });

    it('has the same key on all channels of a client, and another one than other clients', () => {
      const [one, other] = [setup.client(), setup.client()];
      expect(one.channel('room:1').presence.key).toBe(one.channel('room:2').presence.key);
      expect(one.channel('room:1').presence.key).not.toBe(other.channel('room:1').presence.key);
    });

    it('is said again on the next connection, under its key', async () => {
      const { server, command } = await enter(setup.client().channel('room:1'));
      const next = await reconnect(server);
      await next.acceptSubscription('s1');
      expect(await next.expect('presence')).toMatchObject({ key: command.key, state: { name: 'Ann' } });
    });

    it('is said as it is by then where the connection broke before the answer', async () => {
      const channel = setup.client().channel('room:1');
      const entered = channel.presence.enter({ v: 1 });
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      await server.expect('presence');
      const updated = channel.presence.update({ v: 2 });
      const next = await reconnect(server);
      await next.acceptSubscription('s1');
      const { id, state } = await next.expect('presence');
      next.send({ type: 'ack', id });
      await Promise.all([entered, updated]);
      expect(state).toEqual({ v: 2 });
      await next.settled();
      expect(next.frames.unread).toEqual([]);
    });

    it('says the last of several states that wait for an answer', async () => {
      const channel = setup.client().channel('room:1');
      const { server } = await enter(channel);
      const updates = [1, 2, 3].map((v) => channel.presence.update({ v }));
      for (const v of [1, 3]) {
        const { id, state } = await server.expect('presence');
        server.send({ type: 'ack', id });
        expect(state).toEqual({ v });
      }
      await Promise.all(updates);
      await server.settled();
      expect(server.frames.unread).toEqual([]);
    });

    it('goes back to what it was before the answer to another one', async () => {
      const channel = setup.client().channel('room:1');
      const { server } = await enter(channel, { v: 1 });
      const away = channel.presence.update({ v: 2 });
      const { id } = await server.expect('presence');
      const back = channel.presence.update({ v: 1 });
      server.send({ type: 'ack', id });
      const last = await server.expect('presence');
      server.send({ type: 'ack', id: last.id });
      await Promise.all([away, back]);
      expect(last.state).toEqual({ v: 1 });
    });

    it('waits after a refusal that passes', async () => {
      const channel = setup.client().channel('room:1');
      const entered = channel.presence.enter({ v: 1 });
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      const { id } = await server.expect('presence');
      server.send({ ...later, id });
      const again = await server.expect('presence');
      server.send({ type: 'ack', id: again.id });
      await entered;
      expect(again.state).toEqual({ v: 1 });
    });

    it('rejects with a refusal that does not pass, and is subscribed no more', async () => {
      const entered = setup.client().channel('room:1').presence.enter({});
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      const { id } = await server.expect('presence');
      server.send({ ...never, id });
      await expect(entered).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
      expect(setup.errors).toEqual([]);
    });

    it('stays in the state that was taken when the next is refused', async () => {
      const channel = setup.client().channel('room:1');
      const { server } = await enter(channel, { v: 1 });
      const updated = channel.presence.update({ v: 2 });
      const { id } = await server.expect('presence');
      server.send({ ...never, id, code: 'LIMIT_EXCEEDED' });
      await expect(updated).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
      const next = await reconnect(server);
      await next.acceptSubscription('s1');
      expect(await next.expect('presence')).toMatchObject({ state: { v: 1 } });
    });

    it('reports that it may not come back', async () => {
      const client = setup.client();
      const reported = new Promise((resolve) => client.on('error', resolve));
      const { server } = await enter(client.channel('room:1'));
      const next = await reconnect(server);
      await next.acceptSubscription('s1');
      const { id } = await next.expect('presence');
      next.send({ ...never, id });
      expect(await reported).toMatchObject({ code: 'FORBIDDEN' });
      expect(await next.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    });

    it('does not come back where it may not even leave', async () => {
      const channel = setup.client().channel('room:1');
      const { server } = await enter(channel);
      const left = channel.presence.leave();
      const { id } = await server.expect('presence');
      server.send({ ...never, id });
      await expect(left).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
      await server.settled();
      expect(server.frames.unread).toEqual([]);
    });

    it('leaves on the next connection where it could not on the one before', async () => {
      const channel = setup.client().channel('room:1');
      const { server, command } = await enter(channel);
      await server.settled();
      server.break();
      const left = channel.presence.leave();
      const next = await setup.server.connection();
      await next.acceptSubscription('s1');
      const { id, key, state } = await next.expect('presence');
      next.send({ type: 'ack', id });
      await left;
      expect([key, state]).toEqual([command.key, null]);
      expect(await next.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    });

    it('sends nothing to leave what was never entered', async () => {
      await setup.client().channel('room:1').presence.leave();
      expect(setup.server.count).toBe(0);
    });

    it('ends with the subscriptions of the channel', async () => {
      const channel = setup.client().channel('room:1');
      const { server } = await enter(channel);
      const updated = channel.presence.update({ v: 2 });
      channel.unsubscribe();
      await expect(updated).rejects.toMatchObject({ code: 'CLOSED' });
      await server.expect('presence');
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    });

    it('rejects when the client is closed, or was', async () => {
      const client = setup.client();
      const entered = client.channel('room:1').presence.enter({});
      client.close();
      await expect(entered).rejects.toMatchObject({ code: 'CLOSED' });
      await expect(client.channel('room:1').presence.enter({})).rejects.toMatchObject({ code: 'CLOSED' });
      expect(setup.errors).toEqual([]);
    });

    it('is not said for another principal', async () => {
      const client = setup.client({ getToken: () => 'first' });
      const { presence } = client.channel('room:1');
      const entered = presence.enter({ name: 'Ann' });
      const server = await setup.server.connection();
      await server.welcome();
      await server.acceptSubscription('s1');
      const { id } = await server.expect('presence');
      server.send({ type: 'ack', id });
      await entered;
      const listened = presence.on('sync', () => undefined);
      await server.acceptSubscription('s1');
      await server.settled();
      server.break();
      const next = await setup.server.connection();
      await next.welcome({ ...WELCOME, principal: { id: 'user-2' } });
      expect(await next.acceptSubscription('s1')).toMatchObject({ presence: true });
      await next.settled();
      expect(next.frames.unread).toEqual([]);
      listened();
    });

    it.each<[string, unknown, string]>([
      ['nothing', undefined, 'state has to be an object'],
      ['null', null, 'To leave, call leave()'],
      ['a text', 'here', 'state has to be an object'],
      ['an array', [1], 'state has to be an object'],
      ['a map', new Map(), 'state is of the type Map'],
      ['no number', { at: NaN }, 'state.at is NaN'],
    ])('is no state, and it says so: %s', async (_, state, message) => {
      const { presence } = setup.client().channel<Record<string, unknown>>('room:1');
      await expect(presence.enter(state as Record<string, unknown>)).rejects.toThrow(message);
      await expect(presence.update(state as Record<string, unknown>)).rejects.toThrow(TypeError);
      expect(setup.server.count).toBe(0);
    });

    it('has states of the type that the application gives', () => {
      interface Attendee {
        name: string;
      }
      // That it compiles is what is tested.
      const { presence } = setup.client().channel<Attendee>('room:1');
      const names: string[] = presence.members.map(({ state }) => state.name);
      expect(names).toEqual([]);
    });
  });
});
