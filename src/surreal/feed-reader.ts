import type { DateTime } from 'surrealdb';
import { Change, type FeedMark } from './change.js';
import { DatabaseUnavailable } from './database-unavailable.js';
import { FastWindow } from './fast-window.js';
import { FeedClock } from './feed-clock.js';
import { FeedContinuity } from './feed-continuity.js';
import { formatCursor } from './feed-cursor.js';
import { decodeEntry, type FeedEntry, type RawChange } from './feed-entry.js';
import { feedPage, feedPages, PAGE, pageBeyond, type FeedPage } from './feed-page.js';
import { LiveTime } from './live-time.js';
import type { Query } from './sdk-session.js';
import { SeenChanges } from './seen-changes.js';
import type { SupervisedConnection } from './supervised-connection.js';
import { SCALE, SweepPlaces, type Sweep } from './sweep-places.js';
import { UnreadableEntry } from './unreadable-entry.js';

const NOTHING: FeedPage = { entries: [], last: true, next: 0n };

/** How many changes are handed on before others get their turn: a transaction can have hundreds of thousands. */
const BATCH = 1_000;

export interface FeedReaderOptions {
  readonly fastWindowMs: number;
  readonly sweepWindowMs: number;
  /** For how long the database keeps what was read, in ms. */
  readonly retentionMs: () => number;
}

export interface FeedReaderListener {
  /** New changes: in the feed's order within a call; a call may bring older ones than the last. */
  changes(changes: readonly Change[]): void;
  /** A change that was found after a newer one of the same record had been handed on. It is not handed on. */
  late(change: Change): void;
  /** The sweep found changes that had become visible later than the fast window looks back. They are handed on. */
  swept(late: number): void;
  /** An entry that is no change of a record. Told between the changes before it and those behind. */
  marked(mark: FeedMark): void;
  /** A transaction, or an entry of it, can't be read and is passed over: nobody can know what it did. */
  unreadable(mark: FeedMark, cause?: unknown): void;
  /** Behind this place all changes will be handed on. */
  began(mark: FeedMark): void;
  /** The feed lacks a change that was read from it: the database was removed and made anew, or set back. */
  replaced(): void;
}

/**
 * Reads the changefeed of one database, each change once. Whoever calls decides when; calls must not overlap.
 *
 * Every method throws DatabaseUnavailable when the database is away; the next call goes on where this one was.
 */
export class FeedReader {
  readonly clock = new FeedClock();
  private readonly query: Query = (text) => this.connection.query(text);
  private readonly liveTime: LiveTime;
  private readonly fastWindow: FastWindow;
  private readonly seen = new SeenChanges();
  private highest = 0n;
  private readonly continuity: FeedContinuity;
  private readonly sweeps: SweepPlaces;
  /** A transaction of which the page of a read may have shown a part only. */
  private cut: bigint | undefined;
  /** A transaction of which some changes may have been handed on and others not. */
  private underWay: bigint | undefined;
  private readonly unreadable = new Set<bigint>();
  private begins = 0;

  constructor(
    private readonly connection: SupervisedConnection,
    private readonly options: FeedReaderOptions,
    private readonly listener: FeedReaderListener,
  ) {
    this.continuity = new FeedContinuity(this.clock, options.retentionMs);
    this.liveTime = new LiveTime(SCALE.deep * options.sweepWindowMs);
    this.fastWindow = new FastWindow(options.fastWindowMs, options.sweepWindowMs);
    this.sweeps = new SweepPlaces(options.sweepWindowMs, this.liveTime);
  }

  /** Identity of the database in the cursors of what is read next. */
  databaseId = '';

  /** The newest place known; where the feed began if nothing was read yet. */
  get head(): bigint {
    return this.highest;
  }

  /** Goes to the end of the feed, less one sweep window. */
  async begin(): Promise<void> {
    const first = await this.firstStamp();
    if (first !== undefined) this.clock.learn(first);
    const [now] = await this.connection.query('RETURN time::now()');
    const start = first !== undefined ? (now as DateTime).toDate().getTime() - this.options.sweepWindowMs : 0;
    this.highest = this.clock.stampAt(start);
    this.continuity.begin();
    this.cut = this.underWay = undefined;
    this.begins += 1;
    this.seen.clear();
    this.liveTime.reset(this.highest);
    this.sweeps.begin(this.highest);
    this.listener.began(this.mark(this.highest > 0n ? this.highest - 1n : 0n));
  }

  /** From where a snapshot has to read the feed to know all that this reader might still find. */
  get settled(): bigint {
    return this.sweeps.settled;
  }

  /** How many times it began: what was read of the feed before counts for nothing. */
  get generation(): number {
    return this.begins;
  }

  /** Whether a transaction that is in the feed has been handed on, all of it. */
  hasRead(stamp: bigint): boolean {
    if (stamp === this.cut || stamp === this.underWay) return false;
    return stamp < this.settled || this.seen.count(stamp) > 0;
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
    this.liveTime.answered(performance.now(), this.highest);
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
    const late = await this.take(entries.filter(({ versionstamp }) => versionstamp < place));
    this.sweeps.reached(sweep, place, through);
    if (late > 0) this.listener.swept(late);
    if (unreadable !== undefined && unreadable < end) this.passOver(unreadable);
    if (sweep === 'deep') this.forgetBefore(this.sweeps.left);
    return through;
  }

  private forgetBefore(start: bigint): void {
    this.seen.forgetBefore(start);
    for (const stamp of this.unreadable) if (stamp < start) this.unreadable.delete(stamp);
  }

  /** From where the next fast read begins. */
  private get fastStart(): bigint {
    return this.liveTime.start(this.fastWindow.milliseconds(performance.now()));
  }

  private lost(): never {
    this.listener.replaced();
    throw new DatabaseUnavailable('the changefeed lacks what was read from it');
  }

  private async takePages(pages: AsyncIterable<FeedPage> | Iterable<FeedPage>): Promise<number> {
    let found = 0;
    let { expected } = this.continuity;
    for await (const page of pages) {
      expected = this.expectedBehind(page, expected);
      this.cut = page.last ? undefined : page.next;
      found += await this.take(page.entries);
      this.passOver(page.unreadable);
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

  /** @returns how many of the changes were new */
  private async take(entries: readonly FeedEntry[]): Promise<number> {
    let changes: Change[] = [];
    const handOn = () => {
      if (changes.length > 0) this.listener.changes(changes);
      changes = [];
    };
    let found = 0;
    for (const entry of entries) {
      const { versionstamp } = entry;
      let index = this.seen.count(versionstamp);
      this.underWay = versionstamp;
      for (const raw of index < entry.count ? entry.changes(index) : []) {
        found += 1;
        const told = this.decode(raw, versionstamp, index++);
        if (told instanceof Change) changes.push(told);
        else if (told) {
          handOn();
          if (told instanceof UnreadableEntry) this.passOver(told.stamp, told.cause);
          else this.listener.marked(told);
        }
        if (changes.length < BATCH) continue;
        handOn();
        await this.letOthers();
      }
      if (versionstamp > this.highest) this.highest = versionstamp;
      this.continuity.saw(versionstamp);
    }
    handOn();
    this.underWay = undefined;
    return found;
  }

  /** Others get their turn. @throws DatabaseUnavailable when the reader began anew meanwhile */
  private async letOthers(): Promise<void> {
    const { begins } = this;
    await new Promise(setImmediate);
    if (this.begins !== begins) throw new DatabaseUnavailable('the database was replaced');
  }

  /** @returns what is to be told. */
  private decode(raw: RawChange, stamp: bigint, index: number): Change | FeedMark | UnreadableEntry | undefined {
    this.clock.learn(stamp);
    if (stamp < this.highest) this.fastWindow.late(performance.now(), this.liveTime.lateness(stamp));
    const told = this.entry(raw, stamp, index);
    if (!(told instanceof Change)) {
      this.seen.add(stamp);
      return told;
    }
    const overtaken = this.seen.overtaken(stamp, told.key);
    this.seen.add(stamp, told.key);
    if (overtaken) this.listener.late(told);
    return overtaken ? undefined : told;
  }

  private entry(raw: RawChange, stamp: bigint, index: number): Change | FeedMark | UnreadableEntry {
    const place = { stamp, index };
    const time = this.clock.milliseconds(stamp);
    const overdue = stamp < this.highest && stamp < this.settled;
    try {
      return decodeEntry(raw, { place, time, overdue, cursor: formatCursor(this.databaseId, place) });
    } catch (error) {
      if (error instanceof UnreadableEntry) return error;
      throw error;
    }
  }

  private passOver(stamp: bigint | undefined, cause?: unknown): void {
    if (stamp === undefined || this.unreadable.has(stamp)) return;
    this.unreadable.add(stamp);
    if (stamp > this.highest) this.highest = stamp;
    this.listener.unreadable(this.mark(stamp), cause);
  }

  private mark(stamp: bigint): FeedMark {
    const place = { stamp, index: 0 };
    return { table: undefined, place, cursor: formatCursor(this.databaseId, place) };
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
