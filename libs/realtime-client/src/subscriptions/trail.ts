import type { EventFrame, MessageFrame, SubscribeFrame } from '@edge-hive/protocol';

/**
 * How many replay windows of cursors are remembered. Another instance begins one window before the cursor it is given, and
 * a checkpoint lies one behind the newest event; the third is for what was late.
 */
const WINDOWS = 3;
/** So many are remembered however old they are: a database that stood still makes a window longer than its time. */
const LEAST = 256;
/** No more are: beyond it, a repeat may be taken for news. */
const MOST = 65_536;

/**
 * The server puts the second of two resyncs off, for 5 s at most. A cursor that came within this time after a resync, in
 * milliseconds, may lie behind the cause of another one. What is more than 5 s is for what the network held up.
 */
const RESYNC_DOUBT = 15_000;

/** A place in what was delivered, and whose place it is. */
export interface Position {
  cursor: string;
  /** Undefined on a channel: its cursors tell whose they are, and its log can begin anew while a connection lasts. */
  epoch: string | undefined;
}

interface Seen {
  readonly committed: number;
  readonly record: string | undefined;
}

/** `late`: the record was delivered as it was later. The change comes too late to be delivered, and hasn't been before. */
export type Novelty = 'new' | 'repeat' | 'late';

/**
 * How far a stream was delivered, over all the connections that resumed it. It says where to go on, and which events
 * of a replay came before.
 */
export class Trail {
  private readonly seen = new Map<string, Seen>();
  /** By record, when the newest change that was delivered of it was committed. */
  private readonly latest = new Map<string, number>();
  /** A `resync` for a late change was delivered since the last checkpoint. Changes that are late behind it share one, at the next checkpoint. */
  private isLateKnown = false;
  private isLateDue = false;
  private newest = -Infinity;
  private readonly isOfChannel: boolean;
  private epoch: string | undefined;
  private advancedAt = performance.now();
  private resyncedAt = -Infinity;

  /** @param replayWindow milliseconds, as `welcome` said */
  constructor(
    private position: Position,
    private readonly replayWindow: number,
  ) {
    this.epoch = position.epoch;
    this.isOfChannel = position.epoch === undefined;
  }

  get since(): Pick<SubscribeFrame, 'since' | 'epoch'> {
    const { cursor, epoch } = this.position;
    return { since: cursor, ...(epoch !== undefined && { epoch }) };
  }

  /** Of the events that are remembered, in the order in which they came. */
  get cursors(): Iterable<string> {
    return this.seen.keys();
  }

  /**
   * Resumes under another epoch. The cursor stays the old epoch's until an event comes: if this connection breaks before,
   * the new instance has shown nothing of what it put between.
   *
   * @returns whether another instance, which ended with it, may have put off a resync
   */
  resumed(epoch: string): boolean {
    const isDoubtful = epoch !== this.position.epoch && this.advancedAt - this.resyncedAt < RESYNC_DOUBT;
    if (!this.isOfChannel) this.epoch = epoch;
    this.isLateKnown = false;
    return isDoubtful;
  }

  /** The server said that something is missing. */
  resynced(): void {
    this.resyncedAt = performance.now();
  }

  /**
   * Another instance may know of a change that became visible late, and that the last one never delivered, since it had delivered a newer
   * one of the record. It would have sent `resync`, had the connection lasted.
   */
  take(frame: EventFrame | MessageFrame): Novelty {
    const { cursor, time } = frame;
    // A repeat moves the place as well: it is where the instance that repeats it has come to.
    this.advance(cursor);
    if (this.seen.has(cursor)) return 'repeat';
    const committed = Date.parse(time);
    const record = frame.type === 'event' ? frame.data.id : undefined;
    const isLate = record !== undefined && committed < (this.latest.get(record) ?? -Infinity);
    if (record !== undefined && !isLate) this.latest.set(record, committed);
    this.newest = Math.max(this.newest, committed);
    this.seen.set(cursor, { committed, record });
    this.forget();
    if (!isLate) return 'new';
    if (this.isLateKnown) {
      this.isLateDue = true;
      return 'repeat';
    }
    this.isLateKnown = true;
    return 'late';
  }

  /** The log is another: its time may be, too. */
  replaced(): void {
    this.latest.clear();
  }

  /** No late change waits for its `resync`. */
  get isComplete(): boolean {
    return !this.isLateDue;
  }

  /** @returns whether `resync` is to be delivered now, for changes that were late */
  checkpoint(cursor: string): boolean {
    this.advance(cursor);
    this.isLateKnown = this.isLateDue;
    this.isLateDue = false;
    return this.isLateKnown;
  }

  /** Everything up to here was delivered, or concerned others. */
  private advance(cursor: string): void {
    this.position = { cursor, epoch: this.epoch };
    this.advancedAt = performance.now();
  }

  /** Nothing older than a moment (of `performance.now()`) can be delivered again. */
  isPast(moment: number): boolean {
    return this.advancedAt - moment > WINDOWS * this.replayWindow;
  }

  private forget(): void {
    const oldest = this.newest - WINDOWS * this.replayWindow;
    for (const [cursor, { committed, record }] of this.seen) {
      if (this.seen.size <= LEAST || (this.seen.size <= MOST && committed >= oldest)) return;
      this.seen.delete(cursor);
      if (record !== undefined && this.latest.get(record) === committed) this.latest.delete(record);
    }
  }
}
