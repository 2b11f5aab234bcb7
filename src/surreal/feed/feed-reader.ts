import { Inject, Injectable } from '@nestjs/common';
import type { DateTime } from 'surrealdb';
import { Config } from '../../config/config.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { FeedConnection } from '../connection/feed-connection.js';
import { FastWindow } from './fast-window.js';
import { FeedClock } from './feed-clock.js';
import { FeedContinuity } from './feed-continuity.js';
import { FeedIntake, type FeedListener } from './feed-intake.js';
import { feedPage, feedPages, PAGE, pageBeyond, type FeedPage } from './feed-page.js';
import { LiveTime } from './live-time.js';
import type { Query } from '../connection/sdk-session.js';
import type { SupervisedConnection } from '../connection/supervised-connection.js';
import { SCALE, SweepPlaces, type Sweep } from './sweep-places.js';

const NOTHING: FeedPage = { entries: [], last: true, next: 0n };

/** How far back it looks, in ms. */
export type FeedWindows = Pick<Config, 'surrealFastWindowMs' | 'surrealSweepWindowMs'>;

export interface FeedReaderListener extends FeedListener {
  /** The sweep found changes that had become visible later than the fast window looks back. They are handed on. */
  swept(late: number): void;
  /** The feed lacks a change that was read from it: the database was removed and made anew, or set back. */
  replaced(): void;
}

/**
 * Reads the changefeed of one database, each change once. Whoever calls decides when; calls must not overlap.
 *
 * Every method throws DatabaseUnavailable when the database is away; the next call goes on where this one was.
 */
@Injectable()
export class FeedReader {
  readonly clock = new FeedClock();
  private readonly query: Query = (text) => this.connection.query(text);
  private readonly liveTime: LiveTime;
  private readonly fastWindow: FastWindow;
  private readonly continuity = new FeedContinuity(this.clock);
  private readonly sweeps: SweepPlaces;
  /** A transaction of which the page of a read may have shown a part only. */
  private cut: bigint | undefined;
  private readonly intake: FeedIntake;
  private readonly sweepWindowMs: number;
  private listener: FeedReaderListener | undefined;

  constructor(
    @Inject(FeedConnection) private readonly connection: SupervisedConnection,
    @Inject(Config) { surrealFastWindowMs, surrealSweepWindowMs }: FeedWindows,
  ) {
    this.sweepWindowMs = surrealSweepWindowMs;
    this.liveTime = new LiveTime(SCALE.deep * surrealSweepWindowMs);
    this.fastWindow = new FastWindow(surrealFastWindowMs, surrealSweepWindowMs);
    this.sweeps = new SweepPlaces(surrealSweepWindowMs, this.liveTime);
    const { clock, continuity, liveTime, fastWindow, sweeps } = this;
    this.intake = new FeedIntake({ clock, continuity, liveTime, fastWindow, sweeps });
  }

  /** From now on this one is told. To be called before anything is read. */
  listen(listener: FeedReaderListener): void {
    this.listener = listener;
    this.intake.listen(listener);
  }

  /** The database keeps for so many milliseconds what was read; 0 when it isn't known. */
  keptFor(retentionMs: number): void {
    this.continuity.retentionMs = retentionMs;
  }

  /** Identity of the database, as cursors carry it. */
  get databaseId(): string {
    return this.intake.databaseId;
  }

  /** The newest place known; where the feed began if nothing was read yet. */
  get head(): bigint {
    return this.intake.highest;
  }

  /** Goes to the end of a database's feed, less one sweep window. */
  async begin(databaseId: string): Promise<void> {
    const first = await this.firstStamp();
    if (first !== undefined) this.clock.learn(first);
    const [now] = await this.connection.query('RETURN time::now()');
    const start = first !== undefined ? (now as DateTime).toDate().getTime() - this.sweepWindowMs : 0;
    const place = this.clock.stampAt(start);
    this.continuity.begin();
    this.cut = undefined;
    this.liveTime.reset(place);
    this.sweeps.begin(place);
    this.intake.begin(databaseId, place);
  }

  /** From where a snapshot has to read the feed to know all that this reader might still find. */
  get settled(): bigint {
    return this.sweeps.settled;
  }

  /** How many times it began: what was read of the feed before counts for nothing. */
  get generation(): number {
    return this.intake.generation;
  }

  /** Whether a transaction that is in the feed has been handed on, all of it. */
  hasRead(stamp: bigint): boolean {
    return stamp !== this.cut && this.intake.has(stamp);
  }

  /** Whether the feed still holds the newest change that was read from it; one that doesn't is another feed. */
  async continues(): Promise<boolean> {
    if (this.continuity.overslept) return false;
    const { expected } = this.continuity;
    if (expected === undefined) return true;
    const [entry] = (await this.page(expected, 1)).entries;
    return entry?.versionstamp === expected;
  }

  /** Reads the feed to its end, over the fast window. @returns how many new changes there were. */
  async read(): Promise<number> {
    if (this.continuity.overslept) this.lost();
    const since = this.fastStart;
    const page = await this.page(since, PAGE);
    // Between two pages a change can become visible in the first, and a newer one of its record in the second.
    const found = page.last
      ? await this.takePages([page])
      : await this.connection.readTransaction((query) => this.takePages(feedPages(query, since, PAGE)));
    this.liveTime.answered(performance.now(), this.head);
    this.continuity.wasRead();
    return found;
  }

  /** Reads a page of a sweep, of so many keys at most. @returns whether the sweep is through */
  async sweep(sweep: Sweep, limit: number): Promise<boolean> {
    const { from, end } = this.sweeps.before(sweep, this.fastStart);
    const { entries, last, next, unreadable } = from < end ? await pageBeyond(this.query, from, limit) : NOTHING;
    const through = last || next >= end;
    // The last transaction of a page may be there in part only: it is left to the next page.
    const place = through ? end : next;
    const late = await this.intake.take(entries.filter(({ versionstamp }) => versionstamp < place));
    this.sweeps.reached(sweep, place, through);
    if (late > 0) this.listener?.swept(late);
    if (unreadable !== undefined && unreadable < end) this.intake.passOver(unreadable);
    if (sweep === 'deep') this.intake.forgetBefore(this.sweeps.left);
    return through;
  }

  /** From where the next fast read begins. */
  private get fastStart(): bigint {
    return this.liveTime.start(this.fastWindow.milliseconds(performance.now()));
  }

  private lost(): never {
    this.listener?.replaced();
    throw new DatabaseUnavailable('the changefeed lacks what was read from it');
  }

  private async takePages(pages: AsyncIterable<FeedPage> | Iterable<FeedPage>): Promise<number> {
    let found = 0;
    let { expected } = this.continuity;
    for await (const page of pages) {
      expected = this.expectedBehind(page, expected);
      this.cut = page.last ? undefined : page.next;
      found += await this.intake.take(page.entries);
      if (page.unreadable !== undefined) this.intake.passOver(page.unreadable);
    }
    return found;
  }

  /** Every read goes over the newest change again. @returns it, if it can lie behind a page only */
  private expectedBehind({ entries, last, next, unreadable }: FeedPage, expected?: bigint): bigint | undefined {
    if (expected === undefined || entries.some(({ versionstamp }) => versionstamp === expected)) return undefined;
    if (unreadable !== undefined && expected < next) return undefined;
    if (last || next > expected) this.lost();
    return expected;
  }

  private async firstStamp(): Promise<bigint | undefined> {
    for await (const { entries } of feedPages(this.query, 0n, 1)) {
      if (entries[0]) return entries[0].versionstamp;
    }
    return undefined;
  }

  private page(since: bigint, limit: number): Promise<FeedPage> {
    return feedPage(this.query, since, limit);
  }
}
