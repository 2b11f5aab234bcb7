import { setTimeout as delay } from 'node:timers/promises';
import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import type { TestDatabase } from '../test/support/database.js';
import { answered } from './answered.js';
import type { Ledger } from './ledger.js';
import { type Mutation, perform, type Style } from './mutation.js';

const CONNECT_MS = 5_000;
const RETRY_MS = 50;
/** Longer than any fault lasts. */
const ANSWER_MS = 20_000;

export interface Batch {
  readonly mutations: readonly Mutation[];
  readonly style: Style;
}

/** Where a writer's work comes from. */
export interface Work {
  next(): Batch;
  /** Done: what comes next can build on it. */
  done(batch: Batch): void;
  /** Nobody knows whether it was done: its records are to be left alone. */
  unknown(batch: Batch): void;
}

/** Writes on through every fault: who loses its connection takes another. */
export class Writer {
  private connection: Surreal | undefined;

  constructor(
    private readonly database: TestDatabase,
    private readonly ledger: Ledger,
    private readonly work: Work,
  ) {}

  /** @param pauseMs between two writes */
  async run(stopping: AbortSignal, pauseMs: () => number): Promise<void> {
    while (!stopping.aborted) {
      await this.writeOnce();
      await delay(pauseMs(), undefined, { signal: stopping }).catch(() => undefined);
    }
    await this.close();
  }

  /** Settles when the next piece of work is acknowledged, or its outcome will never be known. */
  async writeOnce(): Promise<void> {
    const connection = await this.connected();
    if (!connection) return;
    const batch = this.work.next();
    for (;;) {
      try {
        await answered(perform(connection, batch.mutations, batch.style), ANSWER_MS);
        this.ledger.acknowledge(batch.mutations);
        return this.work.done(batch);
      } catch (error) {
        // The database says itself that nothing was done.
        if (String(error).includes('conflict')) continue;
        this.ledger.unknown += batch.mutations.length;
        this.work.unknown(batch);
        return this.close();
      }
    }
  }

  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    if (connection) await answered(connection.close(), ANSWER_MS).catch(() => undefined);
  }

  private async connected(): Promise<Surreal | undefined> {
    try {
      return (this.connection ??= await connectWriter(this.database));
    } catch {
      await delay(RETRY_MS);
      return undefined;
    }
  }
}

/** A connection attempt to a server that ends meanwhile may never settle. @throws Error */
export async function connectWriter(to: TestDatabase): Promise<Surreal> {
  const { url, namespace, database, username, password } = to;
  const connection = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
  const authentication = { username, password };
  const connected = connection.connect(url, { namespace, database, authentication, reconnect: false });
  const isConnected = await Promise.race([connected, delay(CONNECT_MS, false, { ref: false })]);
  if (isConnected) return connection;
  connection.close().catch(() => undefined);
  throw new Error('not connected in time');
}
