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

/** A place in what was told, and whose place it is. */
export interface Position {
  cursor: string;
  epoch: string;
}

/**
 * How far a stream was heard, over all the connections that continued it. It says where to go on, and which events
 * of a replay came before.
 */
export class Trail {
  private readonly seen = new Map<string, number>();
  private newest = -Infinity;
  private epoch: string;
  private advancedAt = performance.now();

  /** @param replayWindow milliseconds, as `welcome` said */
  constructor(
    private position: Position,
    private readonly replayWindow: number,
  ) {
    this.epoch = position.epoch;
  }

  get since(): Pick<SubscribeFrame, 'since' | 'epoch'> {
    return { since: this.position.cursor, epoch: this.position.epoch };
  }

  /**
   * Goes on under another epoch. The cursor stays the old epoch's until an event comes: if this connection breaks before,
   * the new instance has shown nothing of what it put between.
   */
  continued(epoch: string): void {
    this.epoch = epoch;
  }

  /** False: it came before. */
  take({ cursor, time }: EventFrame | MessageFrame): boolean {
    // A repeat moves the place as well: it is where the instance that repeats it has come to.
    this.advance(cursor);
    if (this.seen.has(cursor)) return false;
    const committed = Date.parse(time);
    this.newest = Math.max(this.newest, committed);
    this.seen.set(cursor, committed);
    this.forget();
    return true;
  }

  /** Everything up to here was told, or concerned others. */
  advance(cursor: string): void {
    this.position = { cursor, epoch: this.epoch };
    this.advancedAt = performance.now();
  }

  /** Nothing older than a moment (of `performance.now()`) can be told again. */
  isPast(moment: number): boolean {
    return this.advancedAt - moment > WINDOWS * this.replayWindow;
  }

  private forget(): void {
    const oldest = this.newest - WINDOWS * this.replayWindow;
    for (const [cursor, committed] of this.seen) {
      if (this.seen.size <= LEAST || (this.seen.size <= MOST && committed >= oldest)) return;
      this.seen.delete(cursor);
    }
  }
}
