/** Shorter pages would cost the database more for asking than for answering. */
const LEAST_PAGE = 100;
/** Small enough that a page doesn't hold up the reads between which it is read. */
const LONG_PAGE = 250;
/** Of a sweep that can't get through in its interval: what it has yet to go over is kept in mind, and must not grow. */
const LONGEST_PAGE = 1_000;
/** Part of its interval in which a sweep is to get through: others have their turn in the rest. */
const SHARE = 0.5;

/**
 * When the next page of a sweep is read, and how long it is: the next read, and with it every event, may have to wait for
 * it, so it is no longer than lets the sweep get through in time. Pure: told the time, in monotonic ms.
 */
export class SweepPace {
  private dueAt: number;
  private began: number | undefined;
  private size = LEAST_PAGE;

  /** @param intervalMs from the beginning of a sweep to that of the next; Infinity for one that only begins in a hurry */
  constructor(private readonly intervalMs: number) {
    this.dueAt = intervalMs < Infinity ? 0 : Infinity;
  }

  due(now: number): boolean {
    return now >= this.dueAt;
  }

  /** Somebody waits for it. */
  hurry(): void {
    this.dueAt = 0;
    this.size = Math.max(LONG_PAGE, this.size);
  }

  /** How many keys the next page may hold. */
  page(now: number): number {
    this.began ??= now;
    return this.size;
  }

  /** Notes that the page was read; `through`: and the sweep with it. */
  read(now: number, through: boolean): void {
    const began = this.began ?? now;
    const intervals = (now - began) / this.intervalMs;
    if (intervals > SHARE) this.size = Math.min(intervals > 1 ? LONGEST_PAGE : LONG_PAGE, 2 * this.size);
    else if (through) this.size = Math.max(LEAST_PAGE, this.size / 2);
    if (!through) return;
    this.dueAt = began + this.intervalMs;
    this.began = undefined;
  }
}
