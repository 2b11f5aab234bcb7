/** A gap between two answered reads counts at most this much: more means that the database or this process stood still. */
const LONGEST_GAP_MS = 100;

interface Mark {
  readonly live: number;
  readonly highest: bigint;
}

/**
 * Which stamps a read has to look at again. A stamp is drawn before its transaction commits, so a lower one can become
 * visible after a higher one was read: each read starts at the highest stamp that was known one window ago. The window
 * counts live time, the time in which reads were answered: a freeze delays commits by as long as it delays reads, and
 * must not use the window up.
 */
export class LiveTime {
  private live = 0;
  private last: number | undefined;
  private marks: Mark[] = [];

  constructor(private readonly longestWindowMs: number) {}

  /** Notes an answered read and the highest stamp known after it. `now` is monotonic, in ms. */
  answered(now: number, highest: bigint): void {
    if (this.last !== undefined) this.live += Math.min(LONGEST_GAP_MS, Math.max(0, now - this.last));
    this.last = now;
    if (this.marks.at(-1)?.highest !== highest) this.marks.push({ live: this.live, highest });
    let keep = 0;
    while ((this.marks[keep + 1]?.live ?? Infinity) <= this.live - this.longestWindowMs) keep += 1;
    if (keep > 0) this.marks.splice(0, keep);
  }

  /** The stamp to read from, so that `windowMs` of live time is looked at again. */
  start(windowMs: number): bigint {
    // The latest mark that is at least one window old; the oldest of all where none is.
    return this.marks[Math.max(0, this.count((mark) => mark.live <= this.live - windowMs) - 1)]?.highest ?? 0n;
  }

  /** For how much live time a higher stamp than this one has been known: how late it is, in ms. */
  lateness(stamp: bigint): number {
    const mark = this.marks[this.count(({ highest }) => highest <= stamp)];
    return mark ? this.live - mark.live : 0;
  }

  /** Begins anew at a stamp. */
  reset(stamp: bigint): void {
    this.marks = [{ live: this.live, highest: stamp }];
    this.last = undefined;
  }

  /** How many of the marks, oldest first, a condition holds for that holds for the oldest only. */
  private count(condition: (mark: Mark) => boolean): number {
    let low = 0;
    let high = this.marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const mark = this.marks[middle];
      if (mark && condition(mark)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
