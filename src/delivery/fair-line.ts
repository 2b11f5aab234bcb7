/** Who waits, each origin in its turn: one of which many wait makes others wait for one of them at a time. */
export class FairLine<Item> {
  /** The origin whose turn it is comes first. */
  private readonly byOrigin = new Map<string, Item[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** How many of an origin wait. */
  sizeOf(origin: string): number {
    return this.byOrigin.get(origin)?.length ?? 0;
  }

  push(origin: string, item: Item): void {
    const items = this.byOrigin.get(origin);
    if (items) items.push(item);
    else this.byOrigin.set(origin, [item]);
    this.count += 1;
  }

  /** Takes out whose turn it is: the one of its origin that has waited longest. */
  shift(): Item | undefined {
    for (const [origin, items] of this.byOrigin) {
      const item = items.shift();
      this.byOrigin.delete(origin);
      if (items.length > 0) this.byOrigin.set(origin, items);
      this.count -= 1;
      return item;
    }
    return undefined;
  }

  /** Takes the newest out of the origin of which most wait, if these are more than so many. */
  popLargest(moreThan: number): Item | undefined {
    let largest: { readonly origin: string; readonly items: Item[] } | undefined;
    for (const [origin, items] of this.byOrigin) {
      if (items.length > (largest?.items.length ?? moreThan)) largest = { origin, items };
    }
    if (!largest) return undefined;
    const item = largest.items.pop();
    if (largest.items.length === 0) this.byOrigin.delete(largest.origin);
    this.count -= 1;
    return item;
  }

  /** @returns whether it was waiting */
  delete(origin: string, item: Item): boolean {
    const items = this.byOrigin.get(origin);
    const place = items?.indexOf(item) ?? -1;
    if (!items || place === -1) return false;
    items.splice(place, 1);
    if (items.length === 0) this.byOrigin.delete(origin);
    this.count -= 1;
    return true;
  }
}
