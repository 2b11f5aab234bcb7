/** What is held as long as something lasts: a filter, as long as anybody is subscribed by it. */
export interface Lasting {
  readonly bytes: number;
}

/** How many times each thing is held. */
export class Holdings<T> {
  private readonly counts = new Map<T, number>();

  get isEmpty(): boolean {
    return this.counts.size === 0;
  }

  has(thing: T): boolean {
    return this.counts.has(thing);
  }

  /** @returns whether it was not held before */
  add(thing: T): boolean {
    const count = this.counts.get(thing) ?? 0;
    this.counts.set(thing, count + 1);
    return count === 0;
  }

  /** @returns whether it was held for the last time */
  remove(thing: T): boolean {
    const count = this.counts.get(thing) ?? 0;
    if (count > 1) this.counts.set(thing, count - 1);
    return count <= 1 && this.counts.delete(thing);
  }
}
