/** Lets so many through at once, and so many a second. Times are in milliseconds of any clock that never goes back. */
export class TokenBucket {
  private tokens: number;

  constructor(
    private readonly capacity: number,
    private readonly perSecond: number,
    private refilledAt: number,
  ) {
    this.tokens = capacity;
  }

  /** Whether one more may pass now. */
  take(now: number): boolean {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.refilledAt) * this.perSecond) / 1000);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
