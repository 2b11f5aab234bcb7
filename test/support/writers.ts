import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { RecordId, type Surreal } from 'surrealdb';
import type { TestDatabase } from './database.js';

const CONNECT_MS = 5_000;
const RETRY_MS = 50;

/**
 * Writers that go on through every fault: who loses its connection takes another, and leaves alone the record whose
 * write has no known outcome. The feed tells what was committed. Each record has one writer: the embedded engine loses
 * updates that meet.
 */
export class Writers {
  private readonly acknowledged = new EventEmitter<{ write: [] }>();
  private readonly running: Promise<unknown>;
  private stopping = false;
  private records = 0;
  /** Writes that the database has acknowledged. */
  writes = 0;

  constructor(
    private readonly database: TestDatabase,
    private readonly table: string,
    count: number,
  ) {
    this.running = Promise.all(Array.from({ length: count }, (_, writer) => this.run(writer)));
  }

  /** Settles when so many more writes were acknowledged. */
  async more(count: number, waitMs = 20_000): Promise<void> {
    const deadline = AbortSignal.timeout(waitMs);
    for (const end = this.writes + count; this.writes < end;) {
      await once(this.acknowledged, 'write', { signal: deadline }).catch(() => {
        throw new Error(`Only ${this.writes} of ${end} writes were acknowledged in ${waitMs} ms`);
      });
    }
  }

  /** Settles when the last write has come to an end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(writer: number): Promise<void> {
    while (!this.stopping) {
      try {
        const connection = await this.connect();
        while (!this.stopping) await this.liveOneLife(connection, writer);
        await connection.close();
      } catch {
        await delay(RETRY_MS);
      }
    }
  }

  /** A connection attempt to a server that ends meanwhile may never settle. */
  private connect(): Promise<Surreal> {
    const late = delay(CONNECT_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('not connected')));
    return Promise.race([this.database.connect(), late]);
  }

  private async liveOneLife(connection: Surreal, writer: number): Promise<void> {
    this.records += 1;
    const record = new RecordId(this.table, `w${writer}_${this.records}`);
    const write = async (text: string, version?: number): Promise<void> => {
      await connection.query(text, { record, writer, version });
      this.writes += 1;
      this.acknowledged.emit('write');
    };
    await write('CREATE $record SET writer = $writer, version = $version RETURN NONE', 0);
    for (const version of [1, 2]) await write('UPDATE $record SET version = $version RETURN NONE', version);
    if (this.records % 3 === 0) await write('DELETE $record RETURN NONE');
  }
}
