import { isEqual } from '../is-equal.js';
import type { Compare } from './row-order.js';

/** What became of one row of a set. */
export type RowChange<Item extends { id: string }> =
  | { action: 'insert'; id: string; item: Item; previous?: never }
  | { action: 'update'; id: string; item: Item; previous: Item }
  | { action: 'remove'; id: string; item?: never; previous: Item };

/**
 * Rows in order, at most `limit` of them: the first of all that match. Where others match that it doesn't hold, it knows of
 * those no more than that they come behind its last: once a row is gone from it, it doesn't know which one follows.
 */
export class RowSet<Item extends { id: string }> {
  private rows = new Map<string, Item>();
  private sorted: readonly Item[] | undefined;
  /** By id, what each row was when changes were last taken. */
  private readonly before = new Map<string, Item | undefined>();
  /** Others match, which are not held. */
  private hasMore = false;

  constructor(
    private readonly order: Compare,
    private readonly limit = Infinity,
  ) {}

  get items(): readonly Item[] {
    return (this.sorted ??= Object.freeze([...this.rows.values()].sort(this.order)));
  }

  get(id: string): Item | undefined {
    return this.rows.get(id);
  }

  get size(): number {
    return this.rows.size;
  }

  /** All that matched at one moment, up to the limit. A row that is as it was stays the same object. */
  replace(rows: readonly Item[]): void {
    const gone = new Set(this.rows.keys());
    for (const row of rows) {
      gone.delete(row.id);
      this.write(row.id, row);
    }
    for (const id of gone) this.write(id, undefined);
    this.hasMore = rows.length >= this.limit;
  }

  /** A row that matches. @returns false: which rows are the first isn't known any more */
  put(item: Item): boolean {
    const last = this.hasMore ? this.items.at(-1) : undefined;
    const isBehind = last !== undefined && this.order(item, last) > 0;
    if (isBehind && !this.rows.has(item.id)) return true;
    this.write(item.id, item);
    if (this.rows.size > this.limit) {
      this.hasMore = true;
      this.write(this.items.at(-1)?.id ?? item.id, undefined);
    }
    return !isBehind;
  }

  /** A row that matches no more. @returns false: which row takes its place isn't known */
  remove(id: string): boolean {
    if (!this.rows.has(id)) return true;
    this.write(id, undefined);
    return !this.hasMore;
  }

  /** What is different from when they were taken last. */
  takeChanges(): RowChange<Item>[] {
    const changes: RowChange<Item>[] = [];
    for (const [id, previous] of this.before) {
      const item = this.rows.get(id);
      if (previous === undefined && item !== undefined) changes.push({ action: 'insert', id, item });
      else if (previous !== undefined && item === undefined) changes.push({ action: 'remove', id, previous });
      else if (previous !== undefined && item !== undefined && !isEqual(previous, item)) {
        changes.push({ action: 'update', id, item, previous });
      }
    }
    this.before.clear();
    return changes;
  }

  private write(id: string, item: Item | undefined): void {
    const held = this.rows.get(id);
    if (isEqual(held, item)) return;
    if (!this.before.has(id)) this.before.set(id, held);
    if (item === undefined) this.rows.delete(id);
    else this.rows.set(id, item);
    this.sorted = undefined;
  }
}
