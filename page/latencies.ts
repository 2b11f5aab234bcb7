/** How many of the newest are looked at. */
const KEPT = 2_000;

/** Latencies in milliseconds, and their percentiles. */
export class Latencies {
  private readonly newest: number[] = [];
  private next = 0;

  add(milliseconds: number): void {
    this.newest[this.next] = milliseconds;
    this.next = (this.next + 1) % KEPT;
  }

  /** The least latency that `percent` of them don't exceed; `undefined` while there are none. */
  percentile(percent: number): number | undefined {
    const sorted = this.newest.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  }

  clear(): void {
    this.newest.length = 0;
    this.next = 0;
  }
}
