import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { WELCOME } from './scripted-server.js';
import { stateOf, useServer } from './setup.js';

describe('reconnecting', () => {
  const setup = useServer();

  it.each([1001, 1012, 1013, 4408, 4429, 4430, 1011])('subscribes again after close code %i', async (code) => {
    const client = setup.client();
    const heard: string[] = [];
    client.subscribe('messages', { room: 'general' }, (event) => heard.push(event.cursor), {
      onResync: ({ reason }) => heard.push(reason),
    });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.event('s1', 'one');
    await first.settled();
    const lost = stateOf(client, 'reconnecting');
    first.close(code, 'bye');
    expect(await lost).toMatchObject({ reason: { code, reason: 'bye' }, attempt: 1 });
    const second = await setup.server.connection();
    const command = await second.acceptSubscription('s7');
    second.event('s7', 'two');
    await second.settled();
    expect(command).toMatchObject({ topic: 'messages', filter: { room: 'general' } });
    expect(heard).toEqual(['at-one', 'reconnected', 'at-two']);
    expect(client.state).toEqual({ status: 'open' });
  });

  it('gets a new snapshot by itself', async () => {
    const heard: unknown[] = [];
    setup.client().subscribe('messages', null, () => undefined, { onSnapshot: (rows) => heard.push(rows) });
    const first = await setup.server.connection();
    await first.acceptSubscription('s1');
    first.send({ type: 'snapshot', stream: 's1', data: [{ id: 'messages:gone' }], last: false });
    await first.settled();
    first.break();
    const second = await setup.server.connection();
    await second.acceptSubscription('s1');
    second.send({ type: 'snapshot', stream: 's1', data: [{ id: 'messages:a' }], last: true });
    await second.settled();
    expect(heard).toEqual([[{ id: 'messages:a' }]]);
  });

  it('keeps trying while no server is there', async () => {
    const { port } = setup.server;
    await setup.server.stop();
    const client = setup.client();
    client.subscribe('messages', () => undefined);
    expect(await stateOf(client, 'reconnecting')).toMatchObject({ attempt: 1, reason: { code: 1006 } });
    expect(await stateOf(client, 'reconnecting')).toMatchObject({ attempt: 2 });
    await setup.start(port);
    await (await setup.server.connection()).acceptSubscription('s1');
  });

  it('keeps trying when a WebSocket can not even be made, and says why', async () => {
    const causes = [new Error('insecure'), new Error('still insecure')];
    class Throwing extends WebSocket {
      constructor(url: string) {
        const cause = causes.shift();
        if (cause) throw cause;
        super(url);
      }
    }
    const client = setup.client({ WebSocket: Throwing });
    client.subscribe('messages', () => undefined);
    await (await setup.server.connection()).acceptSubscription('s1');
    expect(setup.states).toMatchObject([
      { status: 'connecting' },
      { status: 'reconnecting', attempt: 1, reason: { code: 1006, reason: 'Error: insecure' } },
      { status: 'reconnecting', attempt: 2, reason: { code: 1006, reason: 'Error: still insecure' } },
      { status: 'open' },
    ]);
  });

  it.each([1009, 4400, 4403])('stays closed after close code %i, and says it', async (code) => {
    const client = setup.client();
    const errors: string[] = [];
    const onError = (error: Error) => errors.push(error.message);
    client.subscribe('messages', null, () => undefined, { onError });
    const server = await setup.server.connection();
    const closed = stateOf(client, 'closed');
    server.close(code, 'no');
    expect(await closed).toEqual({ status: 'closed', reason: { code, reason: 'no' } });
    expect(errors).toEqual([`The client is closed: ${code} no`]);
    expect(setup.errors).toMatchObject([{ code: 'CLOSED' }]);
  });

  it('asks a silent server, and gives the socket up when no answer comes', async () => {
    const client = setup.client({ token: 't' });
    client.subscribe('messages', () => undefined);
    const first = await setup.server.connection();
    await first.welcome({ heartbeat: { interval: 20, timeout: 20 } });
    await first.acceptSubscription('s1');
    const lost = stateOf(client, 'reconnecting');
    const { id } = await first.expect('ping');
    first.send({ type: 'pong', id, time: '2026-01-01T00:00:00.000Z' });
    await first.expect('ping');
    first.freeze();
    expect(await lost).toMatchObject({ reason: { code: 4408 } });
    const second = await setup.server.connection();
    await second.welcome(WELCOME);
    await second.acceptSubscription('s1');
  });

  it('does not connect again once it is closed', async () => {
    const client = setup.client();
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    client.close();
    expect(await server.closed).toBe(1000);
    expect(setup.states.map(({ status }) => status)).toEqual(['connecting', 'open', 'closed']);
    expect(setup.errors).toEqual([]);
  });

  it('stays closed when it is closed while a connection is being given up', async () => {
    const client = setup.client();
    const collection = client.collection('messages');
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.snapshot('s1');
    await collection.ready;
    const closed = stateOf(client, 'closed');
    collection.on('status', () => client.close());
    server.break();
    expect(await closed).toMatchObject({ reason: { code: 1000 } });
    expect(setup.states.map(({ status }) => status)).toEqual(['connecting', 'open', 'closed']);
    expect(client.state).toMatchObject({ status: 'closed' });
  });

  it('is closed already when the application gets to know that the server closed it for good', async () => {
    const client = setup.client();
    const heard: unknown[] = [];
    const late: Promise<void>[] = [];
    const onError = ({ code }: { code: string }) => {
      heard.push([code, client.state.status]);
      const { ready } = client.subscribe('other', null, () => undefined, {
        onError: (error) => heard.push(error.code),
      });
      late.push(expect(ready).rejects.toMatchObject({ code: 'CLOSED' }));
      late.push(expect(client.channel('room:1').publish('said')).rejects.toMatchObject({ code: 'CLOSED' }));
      client.close();
    };
    client.subscribe('messages', null, () => undefined, { onError });
    client.collection('messages').on('status', (status) => heard.push([status, client.state.status]));
    client.on('error', () => client.close());
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    await server.acceptSubscription('s1');
    server.snapshot('s1');
    await server.settled();
    const closed = stateOf(client, 'closed');
    server.close(4403, 'no');
    expect(await closed).toMatchObject({ reason: { code: 4403 } });
    await Promise.all(late);
    expect(heard).toEqual([['current', 'open'], ['stale', 'closed'], ['CLOSED', 'closed'], 'CLOSED']);
    expect(setup.states.map(({ status }) => status)).toEqual(['connecting', 'open', 'closed']);
    expect(setup.errors).toMatchObject([{ code: 'CLOSED' }]);
  });

  it('does not wait long for a server that does not answer its close', async () => {
    let terminated: () => void = () => undefined;
    const termination = new Promise<void>((resolve) => (terminated = resolve));
    class Watched extends WebSocket {
      override terminate(): void {
        terminated();
        super.terminate();
      }
    }
    const client = setup.client({ WebSocket: Watched });
    client.subscribe('messages', () => undefined);
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    server.freeze();
    client.close();
    await termination;
    expect(client.state).toMatchObject({ status: 'closed', reason: { code: 1000 } });
  });
});
