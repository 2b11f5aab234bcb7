import { describe, expect, it } from '@jest/globals';
import type { RealtimeClient } from '../src/index.js';
import { useServer } from './setup.js';

describe('sharing streams', () => {
  const setup = useServer();

  it('delivers one stream to every callback that shares it, and each event once to each', async () => {
    const client = setup.client();
    const received: string[] = [];
    const first = client.subscribe('messages', { room: 'general' }, (event) => received.push(`first ${event.cursor}`));
    client.subscribe('messages', { room: { eq: 'general' } }, (event) => received.push(`second ${event.cursor}`));
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s1');
    server.event('s1', 'one');
    await server.settled();
    first.unsubscribe();
    server.event('s1', 'two');
    await server.settled();
    expect(received).toEqual(['first at-one', 'second at-one', 'second at-two']);
    expect(server.frames.unread).toEqual([]);
  });

  it('ends a stream on the server when its last callback is gone', async () => {
    const client = setup.client();
    const first = client.subscribe('messages', () => undefined);
    const second = client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s1');
    await second.ready;
    first.unsubscribe();
    second.unsubscribe();
    expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
  });

  it('keeps different streams of one topic apart, and ends all of them by the topic', async () => {
    const client = setup.client();
    const received: string[] = [];
    client.subscribe('messages', { room: 'general' }, (event) => received.push(`general ${event.cursor}`));
    const other = client.subscribe('messages', { room: 'other' }, (event) => received.push(`other ${event.cursor}`));
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s2');
    await other.ready;
    server.event('s1', 'one');
    server.event('s2', 'two');
    await server.settled();
    client.unsubscribe('messages');
    expect(received).toEqual(['general at-one', 'other at-two']);
    const streams = [await server.expect('unsubscribe'), await server.expect('unsubscribe')].map(
      ({ stream }) => stream,
    );
    expect(streams).toEqual(['s1', 's2']);
  });

  it('does not end a stream that an unanswered subscription may share', async () => {
    const client = setup.client();
    const received: string[] = [];
    const first = client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await first.ready;
    client.subscribe('messages', (event) => received.push(event.cursor));
    first.unsubscribe();
    await server.acceptSubscription('s1');
    server.event('s1', 'one');
    await server.settled();
    expect(received).toEqual(['at-one']);
    expect(server.frames.unread).toEqual([]);
  });

  it('ends a stream whose subscription was given up before the answer', async () => {
    const client = setup.client();
    client.subscribe('other', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s0');
    const subscription = client.subscribe('messages', () => undefined);
    subscription.unsubscribe();
    await server.acceptSubscription('s1');
    expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    await expect(subscription.ready).rejects.toMatchObject({ code: 'CLOSED' });
  });

  describe('that the server does not end for now', () => {
    const refusal = { type: 'error', code: 'RATE_LIMITED', message: 'Slow down.', retryable: true } as const;
    /** Timers of one delay go off in order. */
    const backoff = { baseDelay: 0, maxDelay: 0 };

    /** A stream that nobody listens to any more. */
    async function leave(client: RealtimeClient, topic: string, stream: string) {
      const subscription = client.subscribe(topic, () => undefined);
      const server = await setup.server.connection();
      await server.acceptSubscription(stream);
      await subscription.ready;
      subscription.unsubscribe();
      const { id } = await server.expect('unsubscribe');
      return { server, refuse: () => server.send({ ...refusal, id }) };
    }

    it('asks again until it does', async () => {
      const { server, refuse } = await leave(setup.client({ backoff }), 'messages', 's1');
      refuse();
      for (let refusals = 0; refusals < 3; refusals += 1) {
        const { id, stream } = await server.expect('unsubscribe');
        expect(stream).toBe('s1');
        server.send({ ...refusal, id });
      }
      const { id } = await server.expect('unsubscribe');
      server.send({ type: 'unsubscribed', id, topic: 'messages', stream: 's1' });
      await server.settled();
      await server.settled();
      expect(server.frames.unread).toEqual([]);
    });

    it('keeps one that is subscribed to again', async () => {
      const client = setup.client({ backoff });
      const received: string[] = [];
      const { server, refuse } = await leave(client, 'messages', 's1');
      const other = client.subscribe('other', () => undefined);
      await server.acceptSubscription('s2');
      await other.ready;
      client.subscribe('messages', (event) => received.push(event.cursor));
      other.unsubscribe();
      const { id } = await server.expect('subscribe');
      const last = await server.expect('unsubscribe');
      const reply = { topic: 'messages', stream: 's1', cursor: 'c0', epoch: 'e1', durable: true };
      server.together(() => {
        refuse();
        server.send({ type: 'subscribed', id, ...reply }, { ...refusal, id: last.id });
      });
      expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's2' });
      server.event('s1', 'one');
      await server.settled();
      expect(received).toEqual(['at-one']);
    });

    it('waits with one that was subscribed to again and left again, too', async () => {
      const client = setup.client({ backoff: { baseDelay: 1e9, maxDelay: 1e9 } });
      const { server, refuse } = await leave(client, 'messages', 's1');
      refuse();
      const again = client.subscribe('messages', () => undefined);
      await server.acceptSubscription('s1');
      await again.ready;
      again.unsubscribe();
      await server.settled();
      expect(server.frames.unread).toEqual([]);
    });

    it('forgets it with its connection', async () => {
      const client = setup.client({ backoff });
      const { server, refuse } = await leave(client, 'messages', 's1');
      server.together(() => {
        refuse();
        server.close(1012);
      });
      const next = await setup.server.connection();
      client.subscribe('messages', () => undefined);
      await next.acceptSubscription('s1');
      await next.settled();
      expect(next.frames.unread).toEqual([]);
    });
  });
});
