import { describe, expect, it } from '@jest/globals';
import type { Row } from '@edge-hive/protocol';
import type { RealtimeClient, Subscription, TopicEvent } from '../src/index.js';
import type { ScriptedConnection } from './scripted-server.js';
import { useServer } from './setup.js';

describe('resuming', () => {
  const setup = useServer();
  const recovered = { recovered: true } as const;

  /** Everything that a subscription gets, by cursor, reason or number of rows. */
  function listen(client: RealtimeClient, options: { snapshot?: boolean; filter?: { room: string } } = {}) {
    const heard: unknown[] = [];
    const subscription: Subscription<TopicEvent<Row>> = client.subscribe(
      'messages',
      options.filter ?? null,
      ({ cursor }) => heard.push(cursor),
      {
        onResync: ({ reason }) => heard.push(reason),
        ...(options.snapshot && { onSnapshot: (rows: Row[]) => heard.push(rows.length) }),
      },
    );
    return { heard, subscription };
  }

  /** Breaks the connection, and is the server's end of the next. */
  async function reconnect(server: ScriptedConnection): Promise<ScriptedConnection> {
    await server.settled();
    server.break();
    return setup.server.connection();
  }

  it.each([1001, 1012, 1013, 4408, 4429, 4430, 1011])(
    'asks for what followed its last event after %i',
    async (code) => {
      const { heard } = listen(setup.client());
      const first = await setup.server.connection();
      await first.acceptSubscription('s1', { epoch: 'e1' });
      first.event('s1', 'one');
      await first.settled();
      first.close(code);
      const second = await setup.server.connection();
      expect(await second.acceptSubscription('s9', recovered)).toMatchObject({ since: 'at-one', epoch: 'e1' });
      second.event('s9', 'two');
      await second.settled();
      expect(heard).toEqual(['at-one', 'at-two']);
    },
  );

  it('begins at the cursor of its subscribed frame when nothing has come', async () => {
    listen(setup.client());
    const first = await setup.server.connection();
    await first.acceptSubscription('s1', { cursor: 'c7' });
    const second = await reconnect(first);
    expect(await second.acceptSubscription('s1', recovered)).toMatchObject({ since: 'c7', epoch: 'e1' });
  });

  it('says of a channel its cursor alone, which tells whose it is: its log can have begun anew', async () => {
    const client = setup.client();
    const heard: string[] = [];
    client
      .channel('room:1')
      .subscribe(({ cursor }) => heard.push(cursor), { onResync: ({ reason }) => heard.push(reason) });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1', { durable: false });
    first.send({ type: 'resync', stream: 's1', reason: 'interrupted' });
    const message = {
      type: 'message',
      channel: 'room:1',
      event: 'said',
      data: 1,
      time: '2026-01-01T00:00:00.000Z',
    } as const;
    first.send({ ...message, stream: 's1', cursor: 'm1' });
    const second = await reconnect(first);
    const command = await second.acceptSubscription('s2', { durable: false, epoch: 'e2', recovered: true });
    expect([command.since, command.epoch]).toEqual(['m1', undefined]);
    second.send({ ...message, stream: 's2', cursor: 'm2' });
    await second.settled();
    // The server that is gone may have put off to say that more is missing.
    expect(heard).toEqual(['interrupted', 'm1', 'reconnected', 'm2']);
    const third = await reconnect(second);
    const again = await third.expect('subscribe');
    expect([again.since, again.epoch]).toEqual(['m2', undefined]);
  });

  it('begins at a checkpoint, on each durable stream of a topic', async () => {
    const client = setup.client();
    listen(client);
    listen(client, { filter: { room: 'live' } });
    client.channel('room:1').subscribe(() => undefined);
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    await first.acceptSubscription('s2', { durable: false });
    await first.acceptSubscription('s3', { durable: true, cursor: 'm1' });
    first.event('s1', 'one');
    first.send({ type: 'checkpoint', cursor: 'c9' });
    const second = await reconnect(first);
    const commands = [
      await second.expect('subscribe'),
      await second.expect('subscribe'),
      await second.expect('subscribe'),
    ];
    expect(commands.map(({ topic, channel, filter, since }) => [topic ?? channel, filter, since])).toEqual([
      ['messages', undefined, 'c9'],
      ['room:1', undefined, 'm1'],
      ['messages', { room: 'live' }, undefined],
    ]);
  });

  it('asks from where it was when it breaks again before anything came, under the epoch of that cursor', async () => {
    const { heard } = listen(setup.client());
    const first = await setup.server.connection();
    await first.acceptSubscription('s1', { epoch: 'e1' });
    first.event('s1', 'one');
    const second = await reconnect(first);
    await second.acceptSubscription('s1', { ...recovered, cursor: 'c9', epoch: 'e2' });
    const third = await reconnect(second);
    expect(await third.acceptSubscription('s1', { ...recovered, epoch: 'e3' })).toMatchObject({
      since: 'at-one',
      epoch: 'e1',
    });
    third.event('s1', 'two');
    const fourth = await reconnect(third);
    expect(await fourth.acceptSubscription('s1', recovered)).toMatchObject({ since: 'at-two', epoch: 'e3' });
    expect(heard).toEqual(['at-one', 'at-two']);
  });

  it('drops what a replay repeats', async () => {
    const { heard } = listen(setup.client());
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    for (const id of ['one', 'two']) first.event('s1', id);
    const second = await reconnect(first);
    await second.acceptSubscription('s1', { ...recovered, epoch: 'e2' });
    for (const id of ['one', 'late', 'two', 'three']) second.event('s1', id);
    await second.settled();
    expect(heard).toEqual(['at-one', 'at-two', 'at-late', 'at-three']);
  });

  it('drops what a replay repeats from before the subscription had to begin anew, however often', async () => {
    const { heard } = listen(setup.client(), { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1');
    first.event('s1', 'one');
    for (const stream of ['s1', 's2']) {
      const ended = { type: 'unsubscribed', topic: 'messages', stream, message: 'Other rows.' } as const;
      first.send({ ...ended, code: 'RIGHTS_CHANGED' });
      await first.acceptSubscription(stream === 's1' ? 's2' : 's3');
      first.snapshot(stream === 's1' ? 's2' : 's3', { id: 'messages:one' });
    }
    first.event('s3', 'two');
    const second = await reconnect(first);
    await second.acceptSubscription('s4', { ...recovered, epoch: 'e2' });
    for (const id of ['one', 'late', 'two', 'three']) second.event('s4', id);
    const third = await reconnect(second);
    await third.acceptSubscription('s5', { ...recovered, epoch: 'e3' });
    for (const id of ['one', 'three', 'four']) third.event('s5', id);
    await third.settled();
    const anew = ['rights_changed', 1];
    expect(heard).toEqual([0, 'at-one', ...anew, ...anew, 'at-two', 'at-late', 'at-three', 'at-four']);
  });

  it('delivers all to another that has the same stream, whatever one that began anew was delivered before', async () => {
    const client = setup.client();
    const anew = listen(client, { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1');
    first.event('s1', 'one');
    first.send({
      type: 'unsubscribed',
      topic: 'messages',
      stream: 's1',
      message: 'Other rows.',
      code: 'RIGHTS_CHANGED',
    });
    await first.acceptSubscription('s2');
    const other = listen(client);
    await first.acceptSubscription('s2');
    first.snapshot('s2', { id: 'messages:one' });
    for (const id of ['one', 'two']) first.event('s2', id);
    await first.settled();
    expect(anew.heard).toEqual([0, 'at-one', 'rights_changed', 1, 'at-two']);
    expect(other.heard).toEqual(['at-one', 'at-two']);
  });

  it('says that it is not recovered, and hands over the snapshot that comes with it', async () => {
    const client = setup.client();
    const { heard } = listen(client, { snapshot: true });
    const notices: unknown[] = [];
    client.on('resync', (notice) => notices.push(notice));
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1', { id: 'messages:a' });
    first.event('s1', 'one');
    const second = await reconnect(first);
    const command = await second.acceptSubscription('s1', { recovered: false });
    second.snapshot('s1', { id: 'messages:a' }, { id: 'messages:b' });
    second.event('s1', 'two');
    await second.settled();
    expect(command).toMatchObject({ since: 'at-one', snapshot: true });
    expect(heard).toEqual([1, 'at-one', 'reconnected', 2, 'at-two']);
    expect(notices).toEqual([{ target: { topic: 'messages' }, reason: 'reconnected' }]);
  });

  it('needs no snapshot when it is recovered', async () => {
    const { heard } = listen(setup.client(), { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1', { id: 'messages:a' });
    const second = await reconnect(first);
    await second.acceptSubscription('s1', recovered);
    second.event('s1', 'one');
    second.send({ type: 'resync', stream: 's1', reason: 'late' });
    await second.acceptSubscription('s1');
    second.snapshot('s1');
    await second.settled();
    expect(heard).toEqual([1, 'at-one', 'late', 0]);
  });

  it('reads anew, without a cursor, when its snapshot was not whole', async () => {
    const { heard } = listen(setup.client(), { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.send({ type: 'snapshot', stream: 's1', data: [{ id: 'messages:gone' }], last: false });
    const second = await reconnect(first);
    const command = await second.acceptSubscription('s1');
    second.snapshot('s1', { id: 'messages:a' });
    await second.settled();
    expect(command).not.toHaveProperty('since');
    expect(heard).toEqual([1]);
  });

  it('asks again without the cursor where it is none', async () => {
    const { heard } = listen(setup.client());
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    const { id } = await second.expect('subscribe');
    second.send({ type: 'error', id, code: 'INVALID_CURSOR', message: 'Forged.', retryable: false });
    expect(await second.acceptSubscription('s1')).not.toHaveProperty('since');
    await second.settled();
    expect(heard).toEqual(['at-one', 'reconnected']);
  });

  it('asks again with the cursor after a refusal that passes', async () => {
    const { heard } = listen(setup.client());
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    const { id } = await second.expect('subscribe');
    second.send({ type: 'error', id, code: 'UNAVAILABLE', message: 'Later.', retryable: true });
    expect(await second.acceptSubscription('s1', recovered)).toMatchObject({ since: 'at-one' });
    await second.settled();
    expect(heard).toEqual(['at-one']);
  });

  it('has one of those that share a stream ask for all, so that none misses what another gets', async () => {
    const client = setup.client();
    const one = listen(client);
    const other = listen(client);
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    await first.acceptSubscription('s1', { cursor: 'c5' });
    const second = await reconnect(first);
    await second.acceptSubscription('s2', recovered);
    second.event('s2', 'two');
    await second.settled();
    expect([one.heard, other.heard]).toEqual([['at-one', 'at-two'], ['at-two']]);
    expect(second.frames.unread).toEqual([]);
  });

  it('asks for each on its own when the stream they shared is not recovered', async () => {
    const client = setup.client();
    const [one, other] = [listen(client, { snapshot: true }), listen(client)];
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1');
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    await second.acceptSubscription('s1', { recovered: false });
    second.snapshot('s1', { id: 'messages:one' });
    expect(await second.acceptSubscription('s1')).not.toHaveProperty('since');
    await second.settled();
    expect(one.heard).toEqual([0, 'at-one', 'reconnected', 1]);
    expect(other.heard).toEqual(['at-one', 'reconnected']);
  });

  it('goes on for the others when the one that asks is ended before the answer', async () => {
    const client = setup.client();
    const [one, other] = [listen(client), listen(client)];
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    const { id } = await second.expect('subscribe');
    one.subscription.unsubscribe();
    const reply = { cursor: 'c9', epoch: 'e1', durable: true, ...recovered };
    second.send({ type: 'subscribed', id, topic: 'messages', stream: 's1', ...reply });
    second.event('s1', 'two');
    await second.settled();
    expect([one.heard, other.heard]).toEqual([['at-one'], ['at-one', 'at-two']]);
    expect(second.frames.unread).toEqual([]);
  });

  it('does not take a stream that is live already for recovered', async () => {
    const client = setup.client();
    const old = listen(client);
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    const refused = await second.expect('subscribe');
    const young = listen(client);
    second.send({ type: 'error', id: refused.id, code: 'RATE_LIMITED', message: 'Later.', retryable: true });
    const commands = [
      await second.acceptSubscription('s1', recovered),
      await second.acceptSubscription('s1', recovered),
    ];
    expect(commands.map(({ since }) => since).sort()).toEqual(['at-one', undefined]);
    expect(await second.acceptSubscription('s1')).not.toHaveProperty('since');
    await second.settled();
    expect([old.heard, young.heard]).toEqual([['at-one', 'reconnected'], []]);
  });

  it('does not take a stream that the server was slow to end for recovered', async () => {
    const client = setup.client();
    const { heard } = listen(client);
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    const refusal = { type: 'error', code: 'RATE_LIMITED', message: 'Slow down.', retryable: true } as const;
    const resumption = await second.expect('subscribe');
    const young = client.subscribe('messages', () => undefined);
    void young.ready.then(() => young.unsubscribe());
    const { id } = await second.expect('subscribe');
    const reply = { topic: 'messages', stream: 's1', cursor: 'c2', epoch: 'e1', durable: true };
    second.together(() => second.send({ ...refusal, id: resumption.id }, { type: 'subscribed', id, ...reply }));
    const end = await second.expect('unsubscribe');
    const again = await second.expect('subscribe');
    second.send({ ...refusal, id: end.id }, { type: 'subscribed', id: again.id, ...reply, ...recovered });
    expect(await second.acceptSubscription('s1')).not.toHaveProperty('since');
    await second.settled();
    expect(again).toMatchObject({ since: 'at-one' });
    expect(heard).toEqual(['at-one', 'reconnected']);
  });

  it('takes a stream for incomplete that another instance resumes shortly after a resync, and no other', async () => {
    const client = setup.client();
    const { heard } = listen(client, { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1');
    first.send({ type: 'resync', stream: 's1', reason: 'unknown_state' });
    await first.acceptSubscription('s1');
    first.snapshot('s1', { id: 'messages:a' });
    first.event('s1', 'one');
    const second = await reconnect(first);
    expect(await second.acceptSubscription('s1', recovered)).toMatchObject({ since: 'at-one' });
    second.event('s1', 'two');
    const third = await reconnect(second);
    await third.acceptSubscription('s1', { ...recovered, epoch: 'e2' });
    const command = await third.acceptSubscription('s1', { epoch: 'e2' });
    third.snapshot('s1');
    await third.settled();
    expect(command).not.toHaveProperty('since');
    expect(heard).toEqual([0, 'unknown_state', 1, 'at-one', 'at-two', 'reconnected', 0]);
  });

  it('begins anew under other rights, with a snapshot and without a cursor', async () => {
    const { heard } = listen(setup.client(), { snapshot: true });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.snapshot('s1');
    server.event('s1', 'one');
    const ended = { type: 'unsubscribed', topic: 'messages', stream: 's1', message: 'Other rows.' } as const;
    server.send({ ...ended, code: 'RIGHTS_CHANGED' });
    const command = await server.acceptSubscription('s2');
    server.snapshot('s2', { id: 'messages:a' });
    await server.settled();
    expect(command).toMatchObject({ snapshot: true });
    expect(command).not.toHaveProperty('since');
    expect(heard).toEqual([0, 'at-one', 'rights_changed', 1]);
  });

  it('delivers a resync instead of a change that is older than what was delivered of its record, and another at the checkpoint', async () => {
    const { heard } = listen(setup.client(), { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.snapshot('s1');
    const event = { type: 'event', topic: 'messages', action: 'UPDATE', data: { id: 'messages:1' } } as const;
    const older = (cursor: string) => ({ ...event, stream: 's2', cursor, time: '2026-01-01T00:00:00.000Z' });
    first.send({ ...event, stream: 's1', cursor: 'newer', time: '2026-01-01T00:00:01.000Z' });
    const second = await reconnect(first);
    await second.acceptSubscription('s2', recovered);
    second.send(older('older'));
    for (const cursor of ['older still', 'oldest']) {
      expect(await second.acceptSubscription('s2')).toMatchObject({ snapshot: true });
      second.snapshot('s2', { id: 'messages:1' });
      second.send(older(cursor), { type: 'checkpoint', cursor: 'c9' });
    }
    await second.expect('subscribe');
    expect(heard).toEqual([0, 'newer', 'late', 1, 'late', 1, 'late']);
  });

  it('begins anew where a change was late, and no checkpoint came since', async () => {
    const { heard } = listen(setup.client());
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    const event = { type: 'event', topic: 'messages', stream: 's1', action: 'UPDATE' } as const;
    const data = { id: 'messages:1' };
    first.send({ ...event, data, cursor: 'newest', time: '2026-01-01T00:00:02.000Z' });
    for (const cursor of ['older', 'oldest']) first.send({ ...event, data, cursor, time: '2026-01-01T00:00:01.000Z' });
    const second = await reconnect(first);
    expect(await second.acceptSubscription('s1')).not.toHaveProperty('since');
    await second.settled();
    expect(heard).toEqual(['newest', 'late', 'reconnected']);
  });

  it('resumes a stream that the server had to end for a while', async () => {
    const { heard } = listen(setup.client());
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.event('s1', 'one');
    server.send({ type: 'unsubscribed', topic: 'messages', stream: 's1', code: 'UNAVAILABLE', message: 'Away.' });
    expect(await server.acceptSubscription('s2', recovered)).toMatchObject({ since: 'at-one' });
    server.event('s2', 'two');
    await server.settled();
    expect(heard).toEqual(['at-one', 'at-two']);
  });

  it('waits before it asks again for a stream that the server ended: it may end the next one, too', async () => {
    listen(setup.client({ backoff: { baseDelay: 60_000, maxDelay: 60_000 } }), { snapshot: true });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.send({ type: 'unsubscribed', topic: 'messages', stream: 's1', code: 'UNAVAILABLE', message: 'Away.' });
    await server.settled();
    await server.settled();
    expect(server.frames.unread).toEqual([]);
  });

  it('resumes first, and reads anew then, when the server had to end a stream that both share', async () => {
    const client = setup.client();
    const reading = listen(client, { snapshot: true });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const resumed = listen(client);
    await server.acceptSubscription('s1');
    server.event('s1', 'one');
    server.send({ type: 'unsubscribed', topic: 'messages', stream: 's1', code: 'UNAVAILABLE', message: 'Away.' });
    expect(await server.acceptSubscription('s2', recovered)).toMatchObject({ since: 'at-one' });
    expect(await server.acceptSubscription('s2')).toMatchObject({ snapshot: true });
    server.snapshot('s2');
    await server.settled();
    expect(resumed.heard).toEqual(['at-one']);
    expect(reading.heard).toEqual(['at-one', 'resubscribed', 0]);
  });

  it('reads again on a stream that is live while another of its topic waits to be resumed', async () => {
    const client = setup.client({ backoff: { baseDelay: 60_000, maxDelay: 60_000 } });
    listen(client, { filter: { room: 'other' } });
    const reading = listen(client, { snapshot: true });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s2');
    server.snapshot('s2');
    server.send({ type: 'unsubscribed', topic: 'messages', stream: 's1', code: 'UNAVAILABLE', message: 'Away.' });
    server.send({ type: 'resync', stream: 's2', reason: 'late' });
    expect(await server.acceptSubscription('s2')).toMatchObject({ snapshot: true });
    server.snapshot('s2', { id: 'messages:a' });
    await server.settled();
    expect(reading.heard).toEqual([0, 'late', 1]);
  });

  it('resumes first also when both were refused for now', async () => {
    const client = setup.client();
    listen(client, { snapshot: true });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    listen(client);
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    const second = await reconnect(first);
    for (let refusals = 0; refusals < 6; refusals += 1) {
      const commands = [await second.expect('subscribe'), await second.expect('subscribe')] as const;
      expect(commands).toMatchObject([{ since: 'at-one' }, { snapshot: true }]);
      for (const { id } of commands) {
        second.send({ type: 'error', id, code: 'UNAVAILABLE', message: 'Later.', retryable: true });
      }
    }
  });

  it('resolves ready before the first event is delivered', async () => {
    const { heard, subscription } = listen(setup.client());
    void subscription.ready.then(() => heard.push('ready'));
    const server = await setup.server.connection();
    const { id } = await server.expect('subscribe');
    const frame = {
      type: 'subscribed',
      topic: 'messages',
      stream: 's1',
      cursor: 'c0',
      epoch: 'e1',
      durable: true,
    } as const;
    server.together(() => {
      server.send({ ...frame, id });
      server.event('s1', 'one');
      server.event('s1', 'two');
    });
    await server.settled();
    expect(heard).toEqual(['ready', 'at-one', 'at-two']);
  });

  it('says when it tries again, and why', async () => {
    const client = setup.client({ backoff: { baseDelay: 60_000 } });
    listen(client);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const before = Date.now();
    const changed = new Promise((resolve) => client.on('state', resolve));
    server.close(4430, 'too slow');
    const state = (await changed) as Extract<RealtimeClient['state'], { status: 'reconnecting' }>;
    expect(state).toMatchObject({ status: 'reconnecting', attempt: 1, reason: { code: 4430, reason: 'too slow' } });
    expect(state.retryAt - state.delay).toBeGreaterThanOrEqual(before);
  });
});
