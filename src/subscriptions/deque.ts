/** A queue that can be looked into by index; adding and taking cost the same however long it is. */
export class Deque<T> {
  private items: T[];
  private first = 0;

  constructor(items: readonly T[] = []) {
    this.items = [...items];
  }

  get length(): number {
    return this.items.length - this.first;
  }

  at(index: number): T | undefined {
    return index < 0 ? undefined : this.items[this.first + index];
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): T | undefined {
    const item = this.items[this.first];
    if (item === undefined) return undefined;
    // The slot is emptied at once, or the item would be held until the next compaction.
    (this.items as (T | undefined)[])[this.first] = undefined;
    this.first += 1;
    if (this.first > 1_024 && this.first * 2 > this.items.length) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    return item;
  }

  /** The index of the first item that a condition, which holds for none but the first ones, doesn't hold for. */
  lowerBound(holds: (item: T) => boolean): number {
    let low = this.first;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.items[middle];
      if (item !== undefined && holds(item)) low = middle + 1;
      else high = middle;
    }
    return low - this.first;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = this.first; index < this.items.length; index += 1) {
      const item = this.items[index];
      if (item !== undefined) yield item;
    }
  }
}
