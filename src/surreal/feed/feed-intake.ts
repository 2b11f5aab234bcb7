import { BatchSize } from './batch-size.js';
import { Change, type FeedMark } from '../changes/change.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import type { Delay } from '../changes/database-listener.js';
import type { FastWindow } from './fast-window.js';
import type { FeedClock } from './feed-clock.js';
import type { FeedContinuity } from './feed-continuity.js';
import { formatCursor } from '../changes/feed-cursor.js';
import { decodeEntry, type FeedEntry, type RawChange } from '../entries/feed-entry.js';
import type { LiveTime } from './live-time.js';
import { SeenChanges } from './seen-changes.js';
import type { SweepPlaces } from './sweep-places.js';
import { UnreadableEntry } from '../entries/unreadable-entry.js';

export interface FeedListener {
  /** Told what is about to be handed on. @returns which of it waits, and for what; `undefined`: nothing. */
  before?(changes: readonly Change[]): Delay | undefined;
  /** New changes: in the feed's order within a call; a call may bring older ones than the last. */
  changes(changes: readonly Change[]): void;
  /** A change that was found after a newer one of the same record had been handed on. It is not handed on. */
  late(change: Change): void;
  /** An entry that is no change of a record. Told between the changes before it and those behind. */
  marked(mark: FeedMark): void;
  /** A transaction, or an entry of it, can't be read and is passed over: nobody can know what it did. */
  unreadable(mark: FeedMark, cause?: unknown): void;
  /** Behind this place all changes will be handed on. */
  began(mark: FeedMark): void;
}

/** What a reader knows of its feed, apart from what was handed on. */
export interface FeedKnowledge {
  readonly clock: FeedClock;
  readonly continuity: FeedContinuity;
  readonly liveTime: LiveTime;
  readonly fastWindow: FastWindow;
  readonly sweeps: SweepPlaces;
}

/** Hands on what is read of the feed: each change once, and none behind a newer one of its record. */
export class FeedIntake {
  private database = '';
  private newest = 0n;
  private readonly seen = new SeenChanges();
  private readonly unreadable = new Set<bigint>();
  /** A transaction of which some changes may have been handed on and others not. */
  private underWay: bigint | undefined;
  private begins = 0;
  private readonly batch = new BatchSize();
  /** Transactions of which changes wait to be handed on. */
  private waiting: ReadonlySet<bigint> = new Set();

  private listener: FeedListener | undefined;

  constructor(private readonly feed: FeedKnowledge) {}

  /** From now on this one is told. */
  listen(listener: FeedListener): void {
    this.listener = listener;
  }

  /** Identity of the database, as the cursors of what is handed on carry it. */
  get databaseId(): string {
    return this.database;
  }

  /** The newest place known. */
  get highest(): bigint {
    return this.newest;
  }

  /** How many times it began: what was handed on before counts for nothing. */
  get generation(): number {
    return this.begins;
  }

  /** Begins with a database, or anew, from a place on. */
  begin(databaseId: string, place: bigint): void {
    this.database = databaseId;
    this.newest = place;
    this.underWay = undefined;
    this.begins += 1;
    this.seen.clear();
    this.listener?.began(this.mark(place > 0n ? place - 1n : 0n));
  }

  /** Whether all that was found of a transaction has been handed on, or lies where nothing is looked for any more. */
  has(stamp: bigint): boolean {
    if (this.waiting.has(stamp)) return false;
    return stamp !== this.underWay && (stamp < this.feed.sweeps.settled || this.seen.count(stamp) > 0);
  }

  /** @returns how many of the changes were new */
  async take(entries: readonly FeedEntry[]): Promise<number> {
    let changes: Change[] = [];
    const handOn = async () => {
      const taken = changes;
      changes = [];
      if (taken.length === 0) return;
      const delay = this.listener?.before?.(taken);
      if (!delay) return this.handOn(taken);
      if (delay.after > 0) this.handOn(taken.slice(0, delay.after));
      const waiting = taken.slice(delay.after);
      await this.wait(delay.until, waiting);
      this.handOn(waiting);
    };
    let found = 0;
    for (const entry of entries) {
      const { versionstamp } = entry;
      let index = this.seen.count(versionstamp);
      this.underWay = versionstamp;
      for (const raw of index < entry.count ? entry.changes(index) : []) {
        found += 1;
        const delivered = this.decode(raw, versionstamp, index++);
        if (delivered instanceof Change) changes.push(delivered);
        else if (delivered) {
          await handOn();
          if (delivered instanceof UnreadableEntry) this.passOver(delivered.stamp, delivered.cause);
          else this.listener?.marked(delivered);
        }
        if (changes.length < this.batch.current) continue;
        await handOn();
        await this.letOthers();
      }
      this.reached(versionstamp);
      this.feed.continuity.saw(versionstamp);
    }
    await handOn();
    this.underWay = undefined;
    return found;
  }

  /** A transaction that can't be read: told once. */
  passOver(stamp: bigint, cause?: unknown): void {
    if (this.unreadable.has(stamp)) return;
    this.unreadable.add(stamp);
    this.reached(stamp);
    this.listener?.unreadable(this.mark(stamp), cause);
  }

  /** Nothing before this place is read again. */
  forgetBefore(place: bigint): void {
    this.seen.forgetBefore(place);
    for (const stamp of this.unreadable) if (stamp < place) this.unreadable.delete(stamp);
  }

  private reached(stamp: bigint): void {
    if (stamp > this.newest) this.newest = stamp;
  }

  private handOn(changes: readonly Change[]): void {
    const began = performance.now();
    this.listener?.changes(changes);
    this.batch.took(performance.now() - began, changes.length);
  }

  /** @throws DatabaseUnavailable when the feed was begun anew meanwhile */
  private async wait(until: Promise<void>, changes: readonly Change[]): Promise<void> {
    const { begins } = this;
    this.waiting = new Set(changes.flatMap(({ place }) => place?.stamp ?? []));
    try {
      await until;
    } finally {
      this.waiting = new Set();
    }
    if (this.begins !== begins) throw new DatabaseUnavailable('the database was replaced');
  }

  /** Others get their turn. @throws DatabaseUnavailable when the feed was begun anew meanwhile */
  private async letOthers(): Promise<void> {
    const { begins } = this;
    await new Promise(setImmediate);
    if (this.begins !== begins) throw new DatabaseUnavailable('the database was replaced');
  }

  /** @returns what is to be told. */
  private decode(raw: RawChange, stamp: bigint, index: number): Change | FeedMark | UnreadableEntry | undefined {
    const { clock, fastWindow, liveTime } = this.feed;
    clock.learn(stamp);
    if (stamp < this.newest) fastWindow.late(performance.now(), liveTime.lateness(stamp));
    const delivered = this.entry(raw, stamp, index);
    if (!(delivered instanceof Change)) {
      this.seen.add(stamp);
      return delivered;
    }
    const overtaken = this.seen.overtaken(stamp, delivered.key);
    this.seen.add(stamp, delivered.key);
    if (overtaken) this.listener?.late(delivered);
    return overtaken ? undefined : delivered;
  }

  private entry(raw: RawChange, stamp: bigint, index: number): Change | FeedMark | UnreadableEntry {
    const place = { stamp, index };
    const time = this.feed.clock.milliseconds(stamp);
    const overdue = stamp < this.newest && stamp < this.feed.sweeps.settled;
    try {
      return decodeEntry(raw, { place, time, overdue, cursor: formatCursor(this.database, place) });
    } catch (error) {
      if (error instanceof UnreadableEntry) return error;
      throw error;
    }
  }

  private mark(stamp: bigint): FeedMark {
    const place = { stamp, index: 0 };
    return { table: undefined, place, cursor: formatCursor(this.database, place) };
  }
}
