import { setMaxListeners } from 'node:events';
import type { TestDatabase } from '../test/support/database.js';
import { Ledger } from './ledger.js';
import { BeatWork, HeavyWork } from './other-work.js';
import type { Random } from './random.js';
import { RowWork } from './row-work.js';
import { Writer } from './writer.js';

const BEAT_MS = 50;

export interface LoadOptions {
  readonly writers: number;
  /** Of all writers together; 0: as fast as they can. */
  readonly batchesPerSecond: number;
  readonly random: Random;
}

/** All who write, and what they know of it. */
export class Load {
  readonly ledger = new Ledger();
  private readonly heavy: Writer;
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: TestDatabase,
    private readonly options: LoadOptions,
  ) {
    setMaxListeners(0, this.stopping.signal);
    this.heavy = new Writer(database, this.ledger, new HeavyWork());
  }

  start(): void {
    const { writers, batchesPerSecond, random } = this.options;
    const beat = new Writer(this.database, this.ledger, new BeatWork()).run(this.stopping.signal, () => BEAT_MS);
    const pauses = random.fork();
    const most = batchesPerSecond === 0 ? 0 : (2_000 * writers) / batchesPerSecond;
    const rows = Array.from({ length: writers }, (_, number) => {
      const writer = new Writer(this.database, this.ledger, new RowWork(random.fork(), number));
      return writer.run(this.stopping.signal, () => pauses.between(0, most));
    });
    this.running = Promise.all([beat, ...rows]);
  }

  /** Large rows come, and go: one lot after the other. */
  writeMuch(): Promise<void> {
    this.writing = this.writing.then(() => this.heavy.writeOnce()).then(() => this.heavy.writeOnce());
    return this.writing;
  }

  /** Settles when the last write has come to an end. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.heavy.close();
  }
}
