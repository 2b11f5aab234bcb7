const MEMORY_MS = 30_000;

/**
 * How far back each read looks: twice the largest lateness lately seen, within bounds. Pure: told the time, in
 * monotonic ms.
 */
export class FastWindow {
  private largest = 0;
  private previous = 0;
  private since = 0;

  constructor(
    private readonly leastMs: number,
    private readonly mostMs: number,
  ) {}

  /** Notes a change that came in `latenessMs` after a newer one was known. */
  late(now: number, latenessMs: number): void {
    this.turn(now);
    this.largest = Math.max(this.largest, latenessMs);
  }

  milliseconds(now: number): number {
    this.turn(now);
    return Math.min(this.mostMs, Math.max(this.leastMs, 2 * Math.max(this.largest, this.previous)));
  }

  private turn(now: number): void {
    if (now - this.since < MEMORY_MS) return;
    this.previous = now - this.since < 2 * MEMORY_MS ? this.largest : 0;
    this.largest = 0;
    this.since = now;
  }
}
