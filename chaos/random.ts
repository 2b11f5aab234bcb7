/** Chance that can be repeated: the same seed gives the same numbers (mulberry32). */
export class Random {
  constructor(private state: number) {}

  /** From 0 up to 1, which is never reached. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  isOneIn(count: number): boolean {
    return this.between(1, count) === 1;
  }

  /** @throws RangeError when there is nothing to choose from */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new RangeError('There is nothing to choose from.');
    return item;
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled: Item[] = [];
    for (const item of items) shuffled.splice(this.between(0, shuffled.length), 0, item);
    return shuffled;
  }

  /** Another one, whose numbers don't depend on how many are drawn here from now on. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
