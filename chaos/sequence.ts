/** Numbers that have to come one after the other, from 1 on. */
export class Sequence {
  private next = 1;
  private skipped = 0;
  taken = 0;
  repeated = 0;

  take(number: number): void {
    this.taken += 1;
    if (number < this.next) this.repeated += 1;
    else {
      this.skipped += number - this.next;
      this.next = number + 1;
    }
  }

  /** How many of the numbers up to `last` haven't come. */
  missing(last: number): number {
    return this.skipped + Math.max(0, last + 1 - this.next);
  }
}
