import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RealtimeClient, type RealtimeClientOptions } from '@edge-hive/realtime-client';
import { WebSocket } from 'ws';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { startService, type Service } from './support/service.js';
import { tokenOf } from './support/tokens.js';

const POLICY = {
  topics: {
    marks: { read: 'public' },
    notes: { read: 'authenticated', where: { owner: '$principal.id' } },
    drafts: { read: 'authenticated', where: { room: { in: '$claims.rooms' } } },
  },
  channels: { 'room:*': { subscribe: 'public', publish: 'authenticated' } },
};

describe('the client library, as one principal after another', () => {
  let service: Service;
  let file: PolicyFile;
  const clients: RealtimeClient[] = [];

  beforeAll(async () => {
    file = await policyFile(POLICY);
    service = await startService({ POLICY_FILE: file.path });
    await service.writer.query(
      `CREATE notes:a SET owner = 'ann'; CREATE notes:b SET owner = 'bob';
       CREATE drafts:one SET room = 'one'; CREATE drafts:two SET room = 'two'; CREATE marks:m`,
    );
  }, 60_000);
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
  afterAll(() => service.stop());
  afterAll(() => file.remove());

  function connect(options: RealtimeClientOptions): RealtimeClient {
    const client = new RealtimeClient(service.gateway.url, { WebSocket, ...options });
    clients.push(client);
    return client;
  }

  const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

  /** Resolves when the collection holds these rows, and shows whatever it held before. */
  async function rowsOf(collection: ReturnType<RealtimeClient['collection']>, ...expected: string[]): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (collection.status === 'current' && ids(collection.items).join() === expected.join()) resolve();
      };
      collection.subscribe(look);
      collection.on('status', look);
      look();
    });
  }

  it('shows each its own rows, and what happens to them', async () => {
    const client = connect({ token: tokenOf('ann') });
    const notes = client.collection('notes');
    await rowsOf(notes, 'notes:a');
    expect(await client.auth(tokenOf('bob'))).toMatchObject({ id: 'bob' });
    await rowsOf(notes, 'notes:b');
    await service.writer.query(`CREATE notes:b2 SET owner = 'bob'; CREATE notes:a2 SET owner = 'ann'`);
    await rowsOf(notes, 'notes:b', 'notes:b2');
    expect(client.state).toMatchObject({ status: 'open', principal: { id: 'bob' } });
  });

  it('signs in where it is, and out again', async () => {
    const client = connect({});
    const marks = client.collection('marks');
    await rowsOf(marks, 'marks:m');
    expect(await client.auth(tokenOf('ann'))).toMatchObject({ id: 'ann' });
    expect(await client.channel('room:1').publish('said', 'hello')).toMatchObject({ cursor: expect.any(String) });
    const ended = new Promise((resolve) => client.collection('drafts', { onError: ({ code }) => resolve(code) }));
    expect(await client.auth(null)).toBeUndefined();
    expect(await ended).toBe('UNAUTHENTICATED');
    expect(client.state).toEqual({ status: 'open' });
    await expect(client.channel('room:1').publish('said', 'hello')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await service.writer.query('CREATE marks:n');
    await rowsOf(marks, 'marks:m', 'marks:n');
  });

  it('has other rows with other claims, on the connection that is open', async () => {
    const client = connect({ token: tokenOf('ann', { rooms: ['one'] }) });
    const drafts = client.collection('drafts');
    await rowsOf(drafts, 'drafts:one');
    const { state } = client;
    await client.auth(tokenOf('ann', { rooms: ['two'] }));
    await rowsOf(drafts, 'drafts:two');
    expect(client.state).toMatchObject({ connection: state.status === 'open' && state.connection });
  });

  it('waits for a fresh token when the one that it has has expired', async () => {
    const tokens = [tokenOf('ann', { exp: 1_000_000 }), tokenOf('ann')];
    const client = connect({ getToken: () => tokens.shift(), backoff: { baseDelay: 1, maxDelay: 5 } });
    await rowsOf(client.collection('notes', { filter: { id: 'notes:a' } }), 'notes:a');
    expect(tokens).toEqual([]);
  });
});
