import { Inject, Injectable, Logger } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { Change } from '../changes/change.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { Doorbells, type DoorbellListener } from '../live/doorbells.js';
import { QuietTables } from '../live/quiet-tables.js';
import { FeedReader, type FeedWindows } from './feed-reader.js';
import { ReadingPace, type Hearing } from './reading-pace.js';
import { Ring } from './ring.js';
import { SweepSchedule } from './sweep-schedule.js';

const RETRY_PAUSE_MS = 250;

type Bell = Pick<Doorbells, 'bells' | 'hangUp' | 'hears' | 'listen' | 'size' | 'want'>;

/** How often it is read, in ms. */
export type FeedIntervals = FeedWindows & Pick<Config, 'surrealPollMs' | 'surrealSweepIntervalMs'>;

/**
 * Decides when the changefeed is read: at each ring of a doorbell, in a loop when they ring all the time, often where
 * none is armed, and at the poll floor in any case. One reader a database.
 */
@Injectable()
export class ChangeFeed implements DoorbellListener {
  private readonly logger = new Logger(ChangeFeed.name);
  private readonly pace: ReadingPace;
  private readonly ring = new Ring();
  private readonly tables = new Map<string, number>();
  private running: Promise<void> | undefined;
  private stopped = false;
  private paused = true;
  private readonly sweeps: SweepSchedule;
  private arrivals: (() => void)[] = [];

  constructor(
    private readonly reader: FeedReader,
    @Inject(Doorbells) private readonly doorbells: Bell,
    private readonly quiet: QuietTables,
    private readonly metrics: MetricsService,
    @Inject(Config) intervals: FeedIntervals,
  ) {
    const { surrealPollMs, surrealFastWindowMs, surrealSweepIntervalMs, surrealSweepWindowMs } = intervals;
    this.pace = new ReadingPace(surrealPollMs, surrealFastWindowMs);
    this.sweeps = new SweepSchedule(surrealSweepIntervalMs, surrealSweepWindowMs);
    doorbells.listen(this);
    this.metrics.doorbells.readFrom(() => this.doorbells.size);
    this.metrics.feedLoop.readFrom(() => (this.pace.mode === 'loop' ? 1 : 0));
  }

  /** Hangs a doorbell at the table, from its first listener to its last. */
  listen(table: string): void {
    const listeners = (this.tables.get(table) ?? 0) + 1;
    this.tables.set(table, listeners);
    this.quiet.watch(table, performance.now());
    if (listeners === 1) this.hangDoorbells();
    this.ring.ring();
  }

  unlisten(table: string): void {
    const listeners = (this.tables.get(table) ?? 0) - 1;
    if (listeners > 0) this.tables.set(table, listeners);
    else if (this.tables.delete(table)) this.hangDoorbells();
  }

  /** These changes were read. */
  wrote(changes: readonly Change[]): void {
    const now = performance.now();
    let last: string | undefined;
    for (const { table } of changes) {
      if (table !== last) this.quiet.written(table, now);
      last = table;
    }
  }

  /** Somebody wrote to the table. */
  rang(table: string): void {
    if (!this.tables.has(table)) return;
    this.metrics.doorbellRings.inc();
    const mode = this.pace.mode;
    this.pace.rang(performance.now());
    if (this.pace.mode !== mode) this.hangDoorbells();
    this.ring.ring();
  }

  /** The doorbell connection broke, which is a ring too; `overflowed`: because too many rings waited in the server. */
  interrupted(overflowed: boolean): void {
    if (overflowed) this.pace.flooded(performance.now());
    this.hangDoorbells();
    this.ring.ring();
  }

  /** Tries again to hang doorbells that could not be hung. */
  retry(): void {
    this.quiet.retain((table) => this.tables.has(table) || this.doorbells.hears(table));
    this.hangDoorbells();
  }

  /** Reads until `stop()`; from `resume()` on. */
  start(): void {
    this.running ??= this.run();
  }

  /** The database is there, and it is settled from where to read. */
  resume(): void {
    this.paused = false;
    this.quiet.unsure(performance.now());
    this.ring.ring();
  }

  /** The database is away. */
  pause(): void {
    this.paused = true;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.ring.ring();
    await this.running;
  }

  /** Settles when transactions that are in the feed have been handed on. @throws DatabaseUnavailable when they never will */
  async reached(stamps: Iterable<bigint>): Promise<void> {
    const { generation } = this.reader;
    for (const stamp of stamps) {
      for (let reads = 0; !this.reader.hasRead(stamp); reads += 1) {
        if (this.reader.generation !== generation) throw new DatabaseUnavailable('the database was replaced');
        // What a fast read doesn't find is late: the sweep does.
        if (reads > 0) this.sweeps.hurry();
        await this.nextRead();
      }
    }
  }

  /** Settles when all that was committed before this call has been handed on; at once while the database is away. */
  async caughtUp(): Promise<void> {
    if (!this.paused) await this.nextRead();
  }

  /** The same, but waits until the database is back. */
  async readAgain(): Promise<void> {
    await this.nextRead();
  }

  /** Whether the feed has been read up to a stamp; if not, settles when it has been read to its end once more. */
  async readUpTo(stamp: bigint): Promise<void> {
    if (stamp > this.reader.head) await this.readThrough();
  }

  /** Settles when a read that began after this call has been handed on. */
  private async readThrough(): Promise<void> {
    // The read under way may have looked already; the one after it has not.
    await this.nextRead();
    await this.nextRead();
  }

  private nextRead(): Promise<void> {
    this.ring.ring();
    return new Promise((resolve) => this.arrivals.push(resolve));
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.ring.wait(this.paused ? RETRY_PAUSE_MS : this.pace.pause(performance.now(), this.hearing));
        if (!this.paused && !this.stopped) await this.readOnce();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable))
          this.logger.error(`The changefeed can't be read: ${String(error)}`);
        await this.ring.wait(RETRY_PAUSE_MS);
      }
    }
  }

  private async readOnce(): Promise<void> {
    this.metrics.feedReads.inc();
    const arrivals = this.arrivals;
    this.arrivals = [];
    try {
      const found = await this.reader.read();
      const mode = this.pace.mode;
      this.pace.read(performance.now(), found, this.hearing);
      if (this.pace.mode !== mode) this.hangDoorbells();
    } catch (error) {
      this.arrivals.unshift(...arrivals);
      throw error;
    }
    for (const arrive of arrivals) arrive();
    await this.sweepIfDue();
  }

  /** One page between two reads, so that no read waits for a whole sweep. */
  private async sweepIfDue(): Promise<void> {
    const page = this.sweeps.next(performance.now());
    if (!page) return;
    const through = await this.reader.sweep(page.sweep, page.limit);
    this.sweeps.read(page.sweep, performance.now(), through);
  }

  private get hearing(): Hearing {
    if (this.tables.size === 0) return 'unasked';
    if (this.doorbells.bells === 'always') return 'bells';
    for (const table of this.tables.keys()) if (!this.doorbells.hears(table)) return 'silence';
    return 'bells';
  }

  /** While the feed is read in a loop nobody need ring, and writers pay for each live query. */
  private hangDoorbells(): void {
    const isRungFor = this.doorbells.bells !== 'never' && this.pace.mode === 'bell';
    void this.doorbells.want(isRungFor ? this.tables.keys() : []);
    if (this.pace.mode === 'loop') this.doorbells.hangUp('the changefeed is read in a loop');
  }
}
