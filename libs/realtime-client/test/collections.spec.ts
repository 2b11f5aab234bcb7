import { describe, expect, it } from '@jest/globals';
import type { Collection, CollectionOptions, Row } from '../src/index.js';
import { type ScriptedConnection, WELCOME } from './scripted-server.js';
import { useServer } from './setup.js';

describe('collections', () => {
  const setup = useServer();

  const row = (key: string, v = 1): Row => ({ id: `messages:${key}`, v });
  const keys = (collection: Collection) => collection.items.map(({ id, v }) => `${id.slice(9)}${String(v)}`);

  /** A collection that has its first snapshot, and all that it delivers from then on. */
  async function open(options: CollectionOptions, ...rows: Row[]) {
    const client = setup.client({ token: 't' });
    const collection = client.collection('messages', options);
    const server = await setup.server.connection();
    await welcome(server);
    const command = await server.acceptSubscription('s1');
    server.snapshot('s1', ...rows);
    await collection.ready;
    const heard: string[][] = [];
    collection.subscribe((changes) => heard.push(changes.map(({ action, id }) => `${action} ${id.slice(9)}`)));
    collection.on('status', (status) => heard.push([status]));
    return { client, collection, server, command, heard };
  }

  /** With a window of nothing, any cursor that came after the snapshot is enough to go on from. */
  async function welcome(server: ScriptedConnection): Promise<void> {
    await server.welcome({ limits: { ...WELCOME.limits, replayWindow: 0 } });
  }

  async function reconnect(server: ScriptedConnection): Promise<ScriptedConnection> {
    await server.settled();
    server.break();
    const next = await setup.server.connection();
    await welcome(next);
    return next;
  }

  it('has rows of whatever type has an id', () => {
    interface Message {
      id: string;
      text: string;
    }
    // That it compiles is what is tested: an interface has no index signature, as Row has.
    const collection: Collection<Message> = setup.client().collection<Message>('messages');
    const texts: string[] = collection.items.map(({ text }) => text);
    expect(texts).toEqual([]);
  });

  it('has the rows of the snapshot once it is ready, in order of their ids', async () => {
    const { collection, command } = await open({ filter: { room: 'general' } }, row('b'), row('a'));
    expect(command).toMatchObject({ topic: 'messages', filter: { room: 'general' }, snapshot: true });
    expect([keys(collection), collection.size, collection.status]).toEqual([['a1', 'b1'], 2, 'current']);
    expect(collection.get('messages:b')).toEqual(row('b'));
  });

  it('follows what happens to the rows', async () => {
    const { collection, server, heard } = await open(
      { orderBy: [{ field: 'v', desc: true }] },
      row('a', 1),
      row('b', 2),
    );
    const changes: unknown[] = [];
    collection.on('change', (change) => changes.push(change));
    server.change('s1', 'CREATE', row('c', 3));
    server.change('s1', 'UPDATE', row('a', 4));
    server.change('s1', 'DELETE', { id: 'messages:b' });
    server.change('s1', 'UPDATE', row('d', 0), 'enter');
    server.change('s1', 'UPDATE', { id: 'messages:c' }, 'leave');
    await server.settled();
    expect(keys(collection)).toEqual(['a4', 'd0']);
    expect(heard.flat().filter((change) => !change.endsWith(' c'))).toEqual(['update a', 'remove b', 'insert d']);
    expect(changes).toContainEqual({ action: 'update', id: 'messages:a', item: row('a', 4), previous: row('a', 1) });
    expect(changes).toContainEqual({ action: 'remove', id: 'messages:b', previous: row('b', 2) });
  });

  it('delivers all changes of one turn together, each row once, with the rows in place', async () => {
    const { collection, server, heard } = await open({}, row('a'));
    const seen: string[][] = [];
    collection.on('change', () => seen.push(keys(collection)));
    server.together(() => {
      server.change('s1', 'UPDATE', row('a', 2));
      server.change('s1', 'UPDATE', row('a', 3));
      server.change('s1', 'CREATE', row('b'));
    });
    await server.settled();
    expect(heard).toEqual([['update a', 'insert b']]);
    expect(seen).toEqual([
      ['a3', 'b1'],
      ['a3', 'b1'],
    ]);
  });

  it('becomes what a new snapshot says, at once, after a resync', async () => {
    const { collection, server, heard } = await open({}, row('a'), row('b'), row('c'));
    server.send({ type: 'resync', stream: 's1', reason: 'late' });
    await server.acceptSubscription('s1');
    server.send({ type: 'snapshot', stream: 's1', data: [row('a')], last: false });
    await server.settled();
    expect(keys(collection)).toEqual(['a1', 'b1', 'c1']);
    server.snapshot('s1', row('c', 2), row('d'));
    await server.settled();
    expect(keys(collection)).toEqual(['a1', 'c2', 'd1']);
    expect(heard.map((batch) => [...batch].sort())).toEqual([
      ['stale'],
      ['insert d', 'remove b', 'update c'],
      ['current'],
    ]);
  });

  it('goes on where it was after a reconnect that recovers', async () => {
    const { client, collection, server, heard } = await open({}, row('a'));
    const resyncs: unknown[] = [];
    client.on('resync', (notice) => resyncs.push(notice));
    server.change('s1', 'UPDATE', row('a', 2));
    const next = await reconnect(server);
    expect(collection.status).toBe('stale');
    expect(await next.acceptSubscription('s1', { recovered: true })).toMatchObject({ since: 'at-a-2-UPDATE' });
    next.change('s1', 'UPDATE', row('a', 2));
    next.change('s1', 'DELETE', row('a', 2));
    await next.settled();
    expect(keys(collection)).toEqual([]);
    expect(heard).toEqual([['update a'], ['stale'], ['current'], ['remove a']]);
    expect(resyncs).toEqual([]);
  });

  it('becomes what the snapshot says after a reconnect that does not recover', async () => {
    const { client, collection, server, heard } = await open({}, row('a'), row('b'));
    const resyncs: unknown[] = [];
    client.on('resync', ({ reason }) => resyncs.push(reason));
    server.change('s1', 'UPDATE', row('a', 2));
    const next = await reconnect(server);
    await next.acceptSubscription('s1', { recovered: false });
    next.snapshot('s1', row('a', 3));
    await next.settled();
    expect(keys(collection)).toEqual(['a3']);
    expect(heard).toEqual([['update a'], ['stale'], ['update a', 'remove b'], ['current']]);
    expect(resyncs).toEqual(['reconnected']);
  });

  it('is read anew where a replay could deliver what its rows contain already', async () => {
    const { client, collection, server } = await open({}, row('a', 5));
    const resyncs: unknown[] = [];
    client.on('resync', (notice) => resyncs.push(notice));
    const next = await reconnect(server);
    expect(await next.acceptSubscription('s1')).not.toHaveProperty('since');
    next.change('s1', 'UPDATE', row('a', 4));
    await next.settled();
    expect(keys(collection)).toEqual(['a5']);
    next.snapshot('s1', row('a', 6));
    await next.settled();
    expect([keys(collection), collection.status, resyncs]).toEqual([['a6'], 'current', []]);
  });

  describe('with a limit', () => {
    const options: CollectionOptions = { limit: 2, orderBy: [{ field: 'v' }] };

    it('asks for the first rows only, and keeps them', async () => {
      const { collection, server, command } = await open(options, row('a', 10), row('b', 20));
      server.change('s1', 'CREATE', row('c', 15));
      server.change('s1', 'CREATE', row('d', 30));
      await server.settled();
      expect(command.snapshot).toEqual({ limit: 2, orderBy: [{ field: 'v' }, { field: 'id' }] });
      expect(keys(collection)).toEqual(['a10', 'c15']);
    });

    it('reads again when a row leaves, once for many', async () => {
      const { collection, server } = await open(options, row('a', 10), row('b', 20));
      server.change('s1', 'DELETE', { id: 'messages:a' });
      server.change('s1', 'DELETE', { id: 'messages:b' });
      expect(await server.acceptSubscription('s1')).toMatchObject({ snapshot: { limit: 2 } });
      expect([keys(collection), collection.status]).toEqual([[], 'stale']);
      server.snapshot('s1', row('c', 30), row('d', 40));
      await server.settled();
      expect([keys(collection), collection.status]).toEqual([['c30', 'd40'], 'current']);
      expect(server.frames.unread).toEqual([]);
    });
  });

  it('rejects ready with why there will be no rows', async () => {
    const codes: string[] = [];
    const collection = setup.client().collection('secrets', { onError: ({ code }) => codes.push(code) });
    const server = await setup.server.connection();
    await server.acceptSubscription('s1');
    const ended = { type: 'unsubscribed', topic: 'secrets', stream: 's1', code: 'LIMIT_EXCEEDED' } as const;
    server.send({ ...ended, message: 'More than 10,000 rows match.' });
    await expect(collection.ready).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(codes).toEqual(['LIMIT_EXCEEDED']);
  });

  it('keeps its rows when it is closed, and delivers nothing more', async () => {
    const { collection, server, heard } = await open({}, row('a'));
    collection.close();
    expect(await server.expect('unsubscribe')).toMatchObject({ stream: 's1' });
    server.change('s1', 'DELETE', row('a'));
    await server.settled();
    expect([keys(collection), collection.status]).toEqual([['a1'], 'stale']);
    expect(heard).toEqual([['stale']]);
  });

  it('names the option that can not be used', () => {
    const client = setup.client();
    expect(() => client.collection('messages', { limit: 0 })).toThrow('limit has to be');
    expect(() => client.collection('messages', { fields: ['a'], orderBy: [{ field: 'b' }] })).toThrow('orderBy: "b"');
  });
});
