import { describe, expect, it } from '@jest/globals';
import type { ScriptedConnection } from './scripted-server.js';
import { stateOf, useServer } from './setup.js';

describe('channels', () => {
  const setup = useServer();

  it('delivers messages by event name', async () => {
    const heard: unknown[] = [];
    const channel = setup.client().channel('room:1');
    channel.on('said', ({ data, from }) => heard.push([data, from]));
    channel.subscribe((message) => heard.push(message.event));
    const server = await setup.server.connection();
    expect(await server.acceptSubscription('s1')).toMatchObject({ channel: 'room:1' });
    await server.acceptSubscription('s1');
    const message = { type: 'message', channel: 'room:1', stream: 's1', time: '2026-01-01T00:00:00.000Z' } as const;
    server.send({ ...message, event: 'said', data: 'hello', from: 'user-2', cursor: 'c1' });
    server.send({ ...message, event: 'typing', data: null, cursor: 'c2' });
    await server.settled();
    expect(heard).toEqual([['hello', 'user-2'], 'said', 'typing']);
  });

  it('publishes what was given before the socket was open, behind the subscriptions, and resolves by the ack', async () => {
    const channel = setup.client().channel('room:1');
    const published = channel.publish('said', { text: 'hello' }, { key: 'k1', echo: false });
    channel.on('said', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const { id, ...command } = await server.expect('publish');
    server.send({ type: 'ack', id, cursor: 'c1' });
    expect(command).toEqual({
      type: 'publish',
      channel: 'room:1',
      event: 'said',
      data: { text: 'hello' },
      key: 'k1',
      echo: false,
    });
    expect(await published).toEqual({ cursor: 'c1' });
  });

  it.each<[string, unknown, string]>([
    ['a map', new Map(), 'data is of the type Map'],
    ['a set within', { members: [new Set(['a'])] }, 'data.members[0] is of the type Set'],
    ['bytes', { image: new Uint8Array([1]) }, 'data.image is of the type Uint8Array'],
    ['a buffer', Buffer.from('a'), 'data is of the type Uint8Array'],
    ['a buffer of bytes', { image: new ArrayBuffer(1) }, 'data.image is of the type ArrayBuffer'],
    ['no number', { n: [1, NaN] }, 'data.n[1] is NaN'],
    ['no end', -Infinity, 'data is -Infinity'],
    ['a large number', { n: 1n }, 'data.n is 1'],
    ['a function', { call: () => 1 }, 'data.call is a function'],
    ['a symbol', [Symbol('a')], 'data[0] is Symbol(a)'],
    ['undefined in an array', [undefined], 'data[0] is undefined'],
    ['a promise', { text: Promise.resolve('a') }, 'data.text is of the type Promise'],
    ['no date', new Date(NaN), 'data is Invalid Date'],
  ])('does not publish what JSON can not carry, and names it: %s', async (_, data, message) => {
    const channel = setup.client().channel('room:1');
    await expect(channel.publish('said', data)).rejects.toThrow(TypeError);
    await expect(channel.publish('said', data)).rejects.toThrow(message);
    expect(setup.errors).toEqual([]);
  });

  it('publishes what JSON has, without what is undefined in objects', async () => {
    class Point {
      constructor(
        readonly x: number,
        readonly y?: number,
      ) {}
    }
    const channel = setup.client().channel('room:1');
    const data = {
      at: new Date(0),
      none: null,
      gone: undefined,
      points: [new Point(1)],
      bare: Object.create(null) as object,
    };
    const published = channel.publish('said', data);
    const server = await setup.server.connection();
    const command = await server.expect('publish');
    server.send({ type: 'ack', id: command.id });
    await published;
    expect(command.data).toEqual({ at: '1970-01-01T00:00:00.000Z', none: null, points: [{ x: 1 }], bare: {} });
  });

  it('reports by the error event what a publish that nobody waits for came to', async () => {
    const client = setup.client({ queueSize: 1 });
    const channel = client.channel('room:1');
    const reported = new Promise<void>((resolve) => client.on('error', () => setup.errors.length === 3 && resolve()));
    void channel.publish('said', 1);
    void channel.publish('said', 2);
    void channel.publish('said', NaN);
    const server = await setup.server.connection();
    const { id } = await server.expect('publish');
    server.send({ type: 'error', id, code: 'FORBIDDEN', message: 'No.', retryable: false });
    await reported;
    expect(setup.errors.map(({ code }) => code).sort()).toEqual(['BAD_FRAME', 'FORBIDDEN', 'QUEUE_FULL']);
  });

  it('rejects with the error of the server', async () => {
    const published = setup.client().channel('room:1').publish('said', 1);
    const server = await setup.server.connection();
    const { id } = await server.expect('publish');
    server.send({ type: 'error', id, code: 'FORBIDDEN', message: 'No.', retryable: false });
    await expect(published).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'No.' });
  });

  it('waits and tries again after a refusal that passes', async () => {
    const published = setup.client().channel('room:1').publish('said', 1);
    const server = await setup.server.connection();
    const first = await server.expect('publish');
    server.send({ type: 'error', id: first.id, code: 'RATE_LIMITED', message: 'Slow down.', retryable: true });
    const second = await server.expect('publish');
    server.send({ type: 'ack', id: second.id });
    expect(second).toEqual({ ...first, id: second.id });
    expect(await published).toEqual({});
  });

  it('repeats what was not answered on the next connection, under its key, and resolves by that answer', async () => {
    const client = setup.client();
    const channel = client.channel('room:1');
    const settled: string[] = [];
    const unanswered = [channel.publish('said', 1), channel.publish('said', 2, { key: 'mine' })];
    for (const each of unanswered) void each.then(() => settled.push('first'));
    const server = await setup.server.connection();
    const sent = [await server.expect('publish'), await server.expect('publish')];
    const lost = stateOf(client, 'reconnecting');
    server.break();
    await lost;
    const waiting = channel.publish('said', 3);
    const next = await setup.server.connection();
    const repeated = [await next.expect('publish'), await next.expect('publish')];
    expect(settled).toEqual([]);
    expect(repeated.map(({ data, key }) => [data, key])).toEqual([
      [1, sent[0]?.key],
      [2, 'mine'],
    ]);
    const { id, data } = await next.expect('publish');
    for (const each of [...repeated.map((frame) => frame.id), id]) next.send({ type: 'ack', id: each, cursor: 'c1' });
    expect(data).toBe(3);
    expect(await Promise.all([...unanswered, waiting])).toEqual([{ cursor: 'c1' }, { cursor: 'c1' }, { cursor: 'c1' }]);
  });

  it('rejects what waits when the queue is full, by count or by bytes, and when the client is closed', async () => {
    const client = setup.client({ queueSize: 2, queueBytes: 1_000 });
    const channel = client.channel('room:1');
    const waiting = channel.publish('said', 1);
    await expect(channel.publish('said', 'x'.repeat(1_000))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    const second = channel.publish('said', 2);
    await expect(channel.publish('said', 3)).rejects.toMatchObject({ code: 'QUEUE_FULL', retryable: true });
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(second).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('unsubscribes all callbacks of the channel', async () => {
    const client = setup.client();
    const first = client.channel('room:1').subscribe();
    const other = client.channel('room:2').subscribe();
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s2');
    await other.ready;
    client.channel('room:1').unsubscribe();
    expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    expect([first.ended, other.ended]).toEqual([true, false]);
  });

  describe('published under echo: false', () => {
    const message = { type: 'message', channel: 'room:1', time: '2026-01-01T00:00:00.000Z' } as const;
    const said = (stream: string, cursor: string) =>
      ({ ...message, stream, event: 'said', data: cursor, cursor }) as const;

    /** Subscribed, and a publish on its way. */
    async function publish() {
      const channel = setup.client().channel('room:1');
      const heard: unknown[] = [];
      channel.subscribe(({ cursor }) => heard.push(cursor), { onResync: ({ reason }) => heard.push(reason) });
      const published = channel.publish('said', 'mine', { echo: false });
      const server = await setup.server.connection();
      await server.acceptSubscription('s1');
      const { id } = await server.expect('publish');
      return { heard, published, server, id };
    }

    async function reconnect(server: ScriptedConnection): Promise<ScriptedConnection> {
      await server.settled();
      server.break();
      const next = await setup.server.connection();
      await next.acceptSubscription('s2', { recovered: true });
      return next;
    }

    it('does not come back by a replay, which goes on behind it', async () => {
      const { heard, server, id } = await publish();
      server.send({ type: 'ack', id, cursor: 'mine' });
      const second = await reconnect(server);
      for (const cursor of ['other', 'mine']) second.send(said('s2', cursor));
      await second.settled();
      second.break();
      const third = await setup.server.connection();
      expect(await third.acceptSubscription('s3', { recovered: true })).toMatchObject({ since: 'mine' });
      third.send(said('s3', 'another'));
      await third.settled();
      expect(heard).toEqual(['other', 'another']);
    });

    it('does not come back before the answer to its repeat, and holds up only what is behind it', async () => {
      const { heard, published, server } = await publish();
      const next = await reconnect(server);
      const { id } = await next.expect('publish');
      next.send({ ...said('s2', 'before'), event: 'typing' }, said('s2', 'mine'), said('s2', 'behind'));
      next.send({ type: 'resync', stream: 's2', reason: 'requested' });
      await next.settled();
      expect(heard).toEqual(['before']);
      next.send({ type: 'ack', id, cursor: 'mine' }, said('s2', 'last'));
      await published;
      await next.settled();
      expect(heard).toEqual(['before', 'behind', 'requested', 'last']);
    });

    it('holds up nothing for longer than it may come to an answer', async () => {
      const { heard, published, server } = await publish();
      const next = await reconnect(server);
      const { id } = await next.expect('publish');
      next.send(said('s2', 'theirs'));
      next.send({ type: 'error', id, code: 'FORBIDDEN', message: 'No.', retryable: false });
      await expect(published).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await next.settled();
      expect(heard).toEqual(['theirs']);
    });

    it('is held up until the next connection when this one breaks, too', async () => {
      const { heard, published, server } = await publish();
      const second = await reconnect(server);
      second.send(said('s2', 'mine'), said('s2', 'behind'));
      const third = await reconnect(second);
      const { id } = await third.expect('publish');
      third.send(said('s2', 'mine'), said('s2', 'behind'), { type: 'ack', id, cursor: 'mine' });
      await published;
      await third.settled();
      expect(heard).toEqual(['behind']);
    });
  });
});
