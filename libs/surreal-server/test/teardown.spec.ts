import { expect, it } from '@jest/globals';
import { startSurreal } from '@edge-hive/surreal-server';
import { RecordId, type Surreal, Table } from 'surrealdb';
import { WebSocket } from 'ws';
import { connectRoot, newClient } from './support.js';

const ROUNDS = 5;
const WRITES = 64; // of each writer in a round
const writerNumbers = [...Array(8).keys()];

/** Nothing of this process runs meanwhile, so nothing reads what the database prints. */
const holdThisProcess = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
};

/** A client that has a live query, a transaction and reads of the feed under way, and the socket to tear down. */
async function busyClient(url: string): Promise<{ socket: WebSocket; calls: Promise<unknown>[] }> {
  const sockets: WebSocket[] = [];
  class Recorded extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols);
      sockets.push(this);
    }
  }
  const client = await connectRoot(url, newClient(Recorded));
  await client.live(new Table('note'));
  const transaction = await client.beginTransaction();
  const calls = [
    transaction.query('CREATE note').then(),
    ...writerNumbers.map(() => client.query('SHOW CHANGES FOR DATABASE SINCE 0 LIMIT 1000').then()),
  ];
  const [socket] = sockets;
  if (socket === undefined) throw new Error('The client opened no socket');
  return { socket, calls };
}

function write(writers: Surreal[], round: number): Promise<unknown>[] {
  return writers.flatMap((writer, writerNumber) =>
    [...Array(WRITES).keys()].map((write) => {
      const id = new RecordId('note', `${writerNumber}-${round}-${write}`);
      return writer.query('CREATE $id', { id }).then();
    }),
  );
}

it('serves on when sockets are torn down under load while its parent is held up', async () => {
  let fail: (reason: Error) => void = () => undefined;
  const died = new Promise<never>((_, reject) => (fail = reject));
  const surreal = await startSurreal({ onExit: ({ signal }) => fail(new Error(`The database ended (${signal})`)) });
  const writers = await Promise.all(writerNumbers.map(() => connectRoot(surreal.url)));
  try {
    await Promise.race([tearDown(surreal.url, writers), died]);
  } finally {
    await surreal.stop();
    await Promise.all(writers.map((writer) => writer.close()));
  }
});

async function tearDown(url: string, writers: Surreal[]): Promise<void> {
  await writers[0]?.query('DEFINE TABLE note CHANGEFEED 1h INCLUDE ORIGINAL');
  for (let round = 0; round < ROUNDS; round++) {
    const { socket, calls } = await busyClient(url);
    const writes = write(writers, round);
    socket.terminate();
    await Promise.race(writes); // they are all on their way
    holdThisProcess(300);
    await Promise.all(writes);
    await Promise.allSettled(calls);
  }
  const rows = await writers[0]?.query('SELECT VALUE id FROM note');
  expect(rows?.[0]).toHaveLength(ROUNDS * writers.length * WRITES);
}
