import { describe, expect, it } from '@jest/globals';
import type { Row } from '@edge-hive/protocol';
import { useServer } from './setup.js';

describe('subscribing', () => {
  const setup = useServer();

  it('delivers the events of a subscription made before the socket is open', async () => {
    const received: unknown[] = [];
    const subscription = setup.client().subscribe('messages', { room: 'general' }, (event) => received.push(event));
    const server = await setup.server.connection();
    const command = await server.acceptSubscription('s1');
    await subscription.ready;
    server.event('s1', 'one');
    await server.settled();
    expect(command).toMatchObject({ topic: 'messages', filter: { room: 'general' } });
    expect(received).toEqual([
      {
        topic: 'messages',
        stream: 's1',
        action: 'CREATE',
        data: { id: 'messages:one', room: 'general' },
        cursor: 'at-one',
        time: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('opens no socket before it is used', async () => {
    const client = setup.client();
    expect(client.state).toEqual({ status: 'idle' });
    client.subscribe('messages', () => undefined);
    expect(client.state).toEqual({ status: 'connecting' });
    await setup.server.connection();
    expect(setup.server.count).toBe(1);
  });

  it('hands over a snapshot whole, then the events after it', async () => {
    const heard: unknown[] = [];
    setup.client().subscribe('messages', null, (event) => heard.push(event.cursor), {
      snapshot: { limit: 50 },
      onSnapshot: (rows) => heard.push(rows),
    });
    const server = await setup.server.connection();
    const command = await server.acceptSubscription('s1');
    server.send({ type: 'snapshot', stream: 's1', data: [{ id: 'messages:a' }], last: false });
    server.send({ type: 'snapshot', stream: 's1', data: [{ id: 'messages:b' }], last: true });
    server.event('s1', 'one');
    await server.settled();
    expect(command.snapshot).toEqual({ limit: 50 });
    expect(heard).toEqual([[{ id: 'messages:a' }, { id: 'messages:b' }], 'at-one']);
  });

  it('delivers a resync, and reads the rows again where there is a snapshot', async () => {
    const heard: unknown[] = [];
    const onSnapshot = (rows: Row[]) => heard.push(rows.length);
    const onResync = ({ reason }: { reason: string }) => heard.push(reason);
    setup.client().subscribe('messages', null, () => undefined, { onSnapshot, onResync });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.send({ type: 'snapshot', stream: 's1', data: [], last: true });
    server.send({ type: 'resync', stream: 's1', reason: 'late' });
    expect(await server.acceptSubscription('s1')).toMatchObject({ snapshot: true });
    server.send({ type: 'snapshot', stream: 's1', data: [{ id: 'messages:a' }], last: true });
    await server.settled();
    expect(heard).toEqual([0, 'late', 1]);
  });

  it('says what it is served with, each time', async () => {
    const heard: unknown[] = [];
    const subscription = setup.client().subscribe('messages', null, () => undefined, {
      onSubscribed: (service) => heard.push(service),
    });
    void subscription.ready.then(() => heard.push('ready'));
    const first = await setup.server.connection();
    await first.acceptSubscription('s1', { durable: false, complete: false });
    await first.settled();
    first.break();
    const second = await setup.server.connection();
    await second.acceptSubscription('s1');
    await second.settled();
    expect(heard).toEqual(['ready', { durable: false, complete: false }, { durable: true, complete: true }]);
  });

  it('rejects ready and calls onError when the server refuses', async () => {
    const errors: string[] = [];
    const options = { onError: (error: { code: string }) => errors.push(error.code) };
    const subscription = setup.client().subscribe('secrets', null, () => undefined, options);
    const server = await setup.server.connection();
    const { id } = await server.expect('subscribe');
    server.send({ type: 'error', id, code: 'FORBIDDEN', message: 'No.', retryable: false });
    await expect(subscription.ready).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'No.' });
    expect(errors).toEqual(['FORBIDDEN']);
    expect(setup.errors).toEqual([]);
    expect(subscription.ended).toBe(true);
  });

  it('asks again after a refusal that may pass', async () => {
    const subscription = setup.client().subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    const { id } = await server.expect('subscribe');
    server.send({ type: 'error', id, code: 'UNAVAILABLE', message: 'Later.', retryable: true });
    await server.acceptSubscription('s1');
    await subscription.ready;
  });

  it('subscribes again when rights have changed, and ends when they are gone', async () => {
    const reasons: string[] = [];
    const options = { onResync: ({ reason }: { reason: string }) => reasons.push(reason) };
    const subscription = setup.client().subscribe('messages', null, () => undefined, options);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.send({
      type: 'unsubscribed',
      topic: 'messages',
      stream: 's1',
      code: 'RIGHTS_CHANGED',
      message: 'Other rows.',
    });
    await server.acceptSubscription('s2');
    server.send({ type: 'unsubscribed', topic: 'messages', stream: 's2', code: 'FORBIDDEN', message: 'No longer.' });
    await server.settled();
    expect(reasons).toEqual(['rights_changed']);
    expect(subscription.ended).toBe(true);
    expect(setup.errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  it('goes on for the others when a callback throws, and reports it', async () => {
    const client = setup.client();
    const received: string[] = [];
    client.subscribe('messages', () => {
      throw new Error('mine');
    });
    client.subscribe('messages', (event) => received.push(event.cursor));
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s1');
    server.event('s1', 'one');
    await server.settled();
    expect(received).toEqual(['at-one']);
    expect(setup.errors).toMatchObject([{ code: 'CALLBACK_FAILED', cause: { message: 'mine' } }]);
  });

  it('reports what an async callback rejects with', async () => {
    const client = setup.client();
    const reported = new Promise((resolve) => client.on('error', resolve));
    client.subscribe('messages', async () => Promise.reject(new Error('mine')));
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.event('s1', 'one');
    expect(await reported).toMatchObject({ code: 'CALLBACK_FAILED', cause: { message: 'mine' } });
  });

  it('ignores frames that it does not know, and reports what is no frame', async () => {
    const received: string[] = [];
    setup.client().subscribe('messages', (event) => received.push(event.cursor));
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.sendText('{"type":"news","stream":"s1"}');
    server.sendText('[1');
    server.event('s1', 'one');
    await server.settled();
    expect(received).toEqual(['at-one']);
    expect(setup.errors).toMatchObject([{ code: 'BAD_FRAME' }]);
  });

  it('does nothing on a closed client but say so', async () => {
    const client = setup.client();
    client.close();
    const subscription = client.subscribe('messages', () => undefined);
    await expect(subscription.ready).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(client.channel('room:1').publish('said')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
