/** Longest wait between two flushes. */
const LONGEST_MS = 10;
/** A timer is no finer than this: what is due sooner is done at the end of the tick. */
const TIMER_MS = 1;
/** Frames a write from which on gathering is worth its whole wait; one a write is worth none. */
const DENSE = 8;

/** What a flush came to. */
export interface Flushed {
  /** When it ended. */
  readonly at: number;
  /** How long it wrote. */
  readonly took: number;
  readonly writes: number;
  readonly frames: number;
}

/**
 * How long frames are gathered before they are written. Writing is what costs. While each write carries one frame, waiting
 * would win nothing, and all are written at once. Under more load than that, when several frames for each socket have come
 * together, the next flush waits for up to as long as the last one took: so that it carries still more frames a write, and
 * so that half of the time is left to read in. Flushes that take less than a millisecond follow each other at once.
 *
 * Pure: told the time, in monotonic ms.
 */
export class FlushWindow {
  private opens = 0;

  /** How long to wait for the next flush; 0: until the end of this tick. */
  wait(now: number): number {
    const wait = this.opens - now;
    return wait < TIMER_MS ? 0 : wait;
  }

  flushed({ at, took, writes, frames }: Flushed): void {
    const worth = frames > writes ? Math.min(1, (frames / writes - 1) / (DENSE - 1)) : 0;
    this.opens = at + worth * Math.min(took, LONGEST_MS);
  }
}
