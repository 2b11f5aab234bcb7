import { describe, expect, it } from '@jest/globals';
import { useServer } from './setup.js';

describe('iterating over a subscription', () => {
  const setup = useServer();

  it('yields the events since the subscription, and unsubscribes when the loop is left', async () => {
    const subscription = setup.client().subscribe('messages', { room: 'general' });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await subscription.ready;
    server.event('s1', 'one');
    server.event('s1', 'two');
    const cursors: string[] = [];
    for await (const event of subscription) {
      cursors.push(event.cursor);
      if (cursors.length === 2) break;
    }
    expect(cursors).toEqual(['at-one', 'at-two']);
    expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
  });

  it('ends the loop when the client is closed', async () => {
    const client = setup.client();
    const subscription = client.subscribe('messages');
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await subscription.ready;
    const iterator = subscription[Symbol.asyncIterator]();
    const next = iterator.next();
    client.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('throws in a loop that is too slow, after what was kept, and unsubscribes', async () => {
    const subscription = setup.client().subscribe('messages', null, { bufferSize: 2 });
    const iterator = subscription[Symbol.asyncIterator]();
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    for (const id of ['one', 'two', 'three']) server.event('s1', id);
    expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    expect(await iterator.next()).toMatchObject({ value: { cursor: 'at-one' } });
    expect(await iterator.next()).toMatchObject({ value: { cursor: 'at-two' } });
    const message = expect.stringContaining('was too slow');
    await expect(iterator.next()).rejects.toMatchObject({ code: 'BUFFER_OVERFLOW', message });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(setup.errors).toEqual([]);
  });

  it.each([
    ['nobody ever reads', {}],
    ['gives nothing but its snapshots', { onSnapshot: () => undefined }],
  ])('reports the overflow of a subscription that %s, and what it lacks', async (_, options) => {
    setup.client().subscribe('messages', null, { bufferSize: 1, ...options });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    for (const id of ['one', 'two']) server.event('s1', id);
    await server.expect('unsubscribe');
    const message = expect.stringContaining('pass a callback');
    expect(setup.errors).toMatchObject([{ code: 'BUFFER_OVERFLOW', message }]);
  });
});
