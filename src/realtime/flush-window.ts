/** Longest wait between two flushes. */
const LONGEST_MS = 10;
/** A timer is no finer than this: what is due sooner is done at the end of the tick. */
const TIMER_MS = 1;

/**
 * How long frames are gathered before they are written. Writing is what costs: after a flush that took long, the next one
 * waits as long again, so that it carries more frames a write, and so that half of the time is left to read in. Flushes
 * that take less than a millisecond, those of a service that has little to do, follow each other at once.
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

  flushed(began: number, ended: number): void {
    this.opens = ended + Math.min(ended - began, LONGEST_MS);
  }
}
