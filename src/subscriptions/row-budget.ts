/** Bytes that all row indexes together may keep. */
export class RowBudget {
  private used = 0;

  constructor(private readonly limitBytes: number) {}

  get bytes(): number {
    return this.used;
  }

  get free(): number {
    return Math.max(0, this.limitBytes - this.used);
  }

  /** Accounts for what is kept. @returns false when it is more than there may be. */
  take(bytes: number): boolean {
    this.used += bytes;
    return this.used <= this.limitBytes;
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}
