export interface WaitingLimits {
  readonly changes: number;
  readonly bytes: number;
  readonly longestMs: number;
}

/** What waits for answers of the database, of all tables together. */
export class WaitingChanges {
  private count = 0;
  private sum = 0;

  constructor(
    private readonly limits: WaitingLimits,
    private readonly onGivenUp: () => void,
  ) {}

  get changes(): number {
    return this.count;
  }

  get bytes(): number {
    return this.sum;
  }

  get longestMs(): number {
    return this.limits.longestMs;
  }

  get isTooMuch(): boolean {
    return this.count > this.limits.changes || this.sum > this.limits.bytes;
  }

  add(bytes: number): void {
    this.count += 1;
    this.sum += bytes;
  }

  remove(bytes: number): void {
    this.count -= 1;
    this.sum -= bytes;
  }

  gaveUp(): void {
    this.onGivenUp();
  }
}
