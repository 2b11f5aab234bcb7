import { describe, expect, it } from '@jest/globals';
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
});
