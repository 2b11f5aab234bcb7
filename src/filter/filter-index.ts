import type { DatabaseRow } from '../values/path.js';
import { accessPlan } from './access-plan.js';
import type { Condition } from './condition.js';
import { IndexNode } from './index-node.js';
import { placementsOf, type Placement } from './placement.js';

/**
 * Finds the few conditions that a row may match among many. Equality, `in`, ranges and `startsWith` are looked up,
 * combined by `and` (equality on the fields, then one range) and `or` (each branch); of conditions without any of them
 * all are candidates. Adding and removing take O(log n).
 */
export class FilterIndex<T> {
  private readonly conditions = new Map<T, Condition>();
  private readonly scanned = new Set<T>();
  private readonly root = new IndexNode<T>();

  get size(): number {
    return this.conditions.size;
  }

  /** Puts an item under its condition, instead of the one it had. */
  add(condition: Condition, item: T): void {
    this.remove(item);
    this.conditions.set(item, condition);
    const placements = placementsIn(condition);
    if (placements === undefined) this.scanned.add(item);
    else for (const placement of placements) this.root.add(placement, item);
  }

  /** Does nothing for an item that isn't there. */
  remove(item: T): void {
    const condition = this.conditions.get(item);
    if (condition === undefined) return;
    this.conditions.delete(item);
    if (this.scanned.delete(item)) return;
    for (const placement of placementsIn(condition) ?? []) this.root.remove(placement, item);
  }

  /** Every item whose condition holds for the row, and maybe some more; each once. */
  candidates(row: DatabaseRow): ReadonlySet<T> {
    const found = new Set(this.scanned);
    this.root.collect(row, found);
    return found;
  }
}

function placementsIn(condition: Condition): readonly Placement[] | undefined {
  const plan = accessPlan(condition);
  return plan && placementsOf(plan);
}
