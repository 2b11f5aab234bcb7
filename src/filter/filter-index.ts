import type { DatabaseRow } from '../values/path.js';
import { accessPlan } from './access-plan.js';
import type { Condition } from './condition.js';
import { placesBytes } from './filter-bytes.js';
import { filterScans } from './filter-scans.js';
import { IndexNode, type Place } from './index-node.js';
import { placementsOf } from './placement.js';
import { reachOf, type Reach } from './reach.js';

/**
 * Finds the few conditions that a row may match among many. Equality, `in`, ranges and `startsWith` are looked up,
 * combined by `and` (equality on the fields, then one range) and `or` (each branch); of conditions without any of them
 * all are candidates. Adding and removing take O(log n).
 */
export class FilterIndex<T> {
  /** Where each item is; `undefined`: among those that can't be looked up. Kept, so that many are removed in no time. */
  private readonly places = new Map<T, readonly Place[] | undefined>();
  private readonly scanned = new Set<T>();
  private readonly root = new IndexNode<T>();

  get size(): number {
    return this.places.size;
  }

  /** Puts an item under its condition, instead of the one it had. */
  add(condition: Condition, item: T): void {
    this.remove(item);
    const places = placesIn(condition);
    this.places.set(item, places);
    if (places === undefined) this.scanned.add(item);
    else for (const place of places) this.root.add(place, item);
  }

  /** Does nothing for an item that isn't there. */
  remove(item: T): void {
    const places = this.places.get(item);
    this.places.delete(item);
    this.scanned.delete(item);
    for (const place of places ?? []) this.root.remove(place, item);
  }

  /** About what an item's entries take in memory. */
  bytesOf(item: T): number {
    return placesBytes(this.places.get(item) ?? []);
  }

  /** What evaluating a filter, which is an item's condition or a part of it, costs whatever the row is. */
  scansOf(item: T, filter: Condition): number {
    return filterScans(filter, this.places.get(item));
  }

  /** The rows that an item may be a candidate of. Of one that isn't there, any. */
  reachOf(item: T): readonly Reach[] {
    return reachOf(this.places.get(item));
  }

  /** Every item whose condition holds for the row, and maybe some more; each once. */
  candidates(row: DatabaseRow): ReadonlySet<T> {
    const found = new Set(this.scanned);
    this.root.collect(row, found);
    return found;
  }
}

function placesIn(condition: Condition): readonly Place[] | undefined {
  const plan = accessPlan(condition);
  const placements = plan && placementsOf(plan);
  return placements?.map(({ steps, range }) => ({
    steps: steps.map((step) => ({ ...step, keys: [...step.keys] })),
    range,
  }));
}
