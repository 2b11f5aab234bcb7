import type { Change } from '../surreal/changes/change.js';
import { mergeRows, pathText, type DatabaseRow, type Path } from '../values/path.js';
import type { RowBudget } from './row-budget.js';
import { RowLayer, type RowTable } from './row-layer.js';

/** So many clients with as many fields as one may have kept have theirs kept, of one table. */
const CLIENTS = 4;
/** How long is kept what nobody holds any more. */
const LINGER_MS = 30_000;

/** What is kept for a command, or a subscription, as long as it holds it. */
export interface RowHold {
  /** Settles when it is kept, or can't be. Never rejects. */
  readonly settled: Promise<unknown>;
  /** Another hold on the same. */
  again(): RowHold;
  release(): void;
}

/** What all row indexes have in common. */
export interface RowLimits {
  readonly budget: RowBudget;
  /** Fields of one table that one client alone may have kept. */
  readonly fieldsPerClient: number;
  /** Counts what is not kept. */
  readonly refused: { inc(): void };
}

/**
 * What the records of a topic are, in the fields that policy and filters name: only so can a deletion be told to those whose
 * records it concerns, where the changefeed doesn't tell what a deleted record was. What the policy's `where` reads comes first; of
 * what filters read each client has so much kept, and no client takes it from another.
 */
export class RowIndex {
  private readonly layers = new Set<RowLayer>();

  constructor(
    private readonly table: RowTable,
    private readonly limits: RowLimits,
  ) {}

  /** Has the fields kept that decide whether a client may see a record, and whether it wants it. */
  hold(rights: readonly Path[], filter: readonly Path[], client: string): RowHold {
    this.dropUnheld();
    const forRights = [...this.layers].filter((layer) => layer.rights);
    const layers = [...this.cover(rights, forRights, true, client), ...this.cover(filter, this.layers, false, client)];
    return this.holdOf(new Set(layers), client);
  }

  /** Follows a change, and tells it what the record was if the database didn't. */
  apply(change: Change): void {
    let row: DatabaseRow | undefined;
    let paths: ReadonlySet<string> = new Set();
    for (const layer of this.layers) {
      const before = layer.apply(change);
      if (!before) continue;
      row = mergeRows(row ?? { id: change.id }, before);
      paths = paths.size === 0 ? layer.pathTexts : new Set([...paths, ...layer.pathTexts]);
    }
    if (row && !change.beforeKnown) change.supplyBefore(row, paths);
  }

  /** Reads everything again: changes may have been missed. */
  refill(): void {
    for (const layer of this.layers) layer.refill();
  }

  clear(): void {
    for (const layer of this.layers) layer.close();
    this.layers.clear();
  }

  private holdOf(layers: ReadonlySet<RowLayer>, client: string): RowHold {
    for (const layer of layers) layer.hold(client);
    let released = false;
    return {
      settled: Promise.all([...layers].map(({ filled }) => filled)),
      again: () => this.holdOf(layers, client),
      release: () => {
        if (!released) for (const layer of layers) layer.release(client);
        released = true;
      },
    };
  }

  /** The layers that paths are in; those that are in none get some, where they may. */
  private cover(paths: readonly Path[], among: Iterable<RowLayer>, rights: boolean, client: string): RowLayer[] {
    const missing = new Map(paths.filter(([name]) => name !== 'id').map((path) => [pathText(path), path]));
    const layers: RowLayer[] = [];
    for (const layer of among) {
      const found = [...missing.keys()].filter((text) => layer.pathTexts.has(text));
      for (const text of found) missing.delete(text);
      if (found.length > 0) layers.push(layer);
    }
    if (missing.size === 0) return layers;
    if (!rights && !this.mayKeep(missing.size, client)) {
      this.limits.refused.inc();
      return layers;
    }
    // Clients get one for each field: what one gives up for its size is then no other's field as well.
    const groups = rights ? [[...missing.values()]] : [...missing.values()].map((path) => [path]);
    for (const group of groups) {
      const layer = new RowLayer(group, rights, this.table, this.limits);
      this.layers.add(layer);
      layers.push(layer);
    }
    return layers;
  }

  private mayKeep(more: number, client: string): boolean {
    const { fieldsPerClient } = this.limits;
    let own = more;
    let all = more;
    for (const layer of this.layers) {
      if (layer.rights) continue;
      all += layer.pathTexts.size;
      if (layer.isOnlyOf(client)) own += layer.pathTexts.size;
    }
    return own <= fieldsPerClient && all <= fieldsPerClient * CLIENTS;
  }

  /** What nobody holds stays for a while: each filling reads the table, and who comes and goes must not make it read again and again. */
  private dropUnheld(): void {
    for (const layer of this.layers) {
      if (layer.unheldFor < LINGER_MS) continue;
      layer.close();
      this.layers.delete(layer);
    }
  }
}
