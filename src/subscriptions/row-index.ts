import { Logger } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import type { Change } from '../surreal/change.js';
import type { Database } from '../surreal/database.js';
import { approximateBytes } from '../values/byte-size.js';
import { escapeName } from '../values/escape-name.js';
import { pathText, pickPaths, type DatabaseRow, type Path } from '../values/path.js';
import { recordIdText } from '../values/record-id-text.js';
import type { ChangeLog } from './change-log.js';
import type { RowBudget } from './row-budget.js';

/** Paths that one topic's filters may make it keep. */
const MOST_PATHS = 64;
/** What a row takes at least. */
const ROW_BYTES = 128;
const RETRY_MS = 1_000;

interface IndexedRow {
  readonly row: DatabaseRow;
  readonly bytes: number;
}

/**
 * What the records of a topic are, in the fields that filters name: only so can a deletion be told to those whose filter
 * the record matched, where the changefeed doesn't tell what a deleted record was.
 */
export class RowIndex {
  private readonly logger = new Logger(RowIndex.name);
  private readonly rows = new Map<string, IndexedRow>();
  private paths: readonly Path[] = [];
  private pathTexts: ReadonlySet<string> = new Set();
  private filling: Promise<void> | undefined;
  /** Follows the changes. Until it has been filled, and once the budget is spent, it knows nothing. */
  private complete = false;
  private generation = 0;
  private spent = false;
  /** Set when a filling failed: the next change some time later tries again. */
  private retryAt = Infinity;

  constructor(
    private readonly table: string,
    private readonly database: Database,
    private readonly log: ChangeLog,
    private readonly budget: RowBudget,
  ) {}

  /** Makes sure that these paths are indexed; settles when they are, or can't be. Never rejects. */
  async cover(paths: readonly Path[]): Promise<void> {
    if (this.spent) return;
    const missing = paths.filter((path) => path[0] !== 'id' && !this.pathTexts.has(pathText(path)));
    if (this.paths.length + missing.length > MOST_PATHS) return this.giveUp(`filters name over ${MOST_PATHS} fields`);
    if (missing.length > 0 || !(this.complete || this.filling)) {
      this.paths = [...this.paths, ...missing];
      this.pathTexts = new Set(this.paths.map(pathText));
      this.refill();
    }
    await this.filling;
  }

  /** Reads everything again: changes may have been missed. */
  refill(): void {
    if (this.spent) return;
    this.clear();
    const generation = this.generation;
    this.retryAt = Infinity;
    const filling = this.fill(generation)
      .catch((error: unknown) => {
        this.logger.warn(`Rows of ${this.table} can't be indexed: ${String(error)}`);
        if (generation === this.generation) this.retryAt = performance.now() + RETRY_MS;
      })
      .finally(() => {
        if (this.filling === filling) this.filling = undefined;
      });
    this.filling = filling;
  }

  /** Follows a change, and tells it what the record was if the database didn't. */
  apply(change: Change): void {
    if (performance.now() >= this.retryAt) this.refill();
    if (!this.complete) return;
    const before = this.rows.get(change.key);
    if (change.after) return this.set(change.key, change.after);
    if (!before) return;
    if (!change.beforeKnown) change.supplyBefore(before.row, this.pathTexts);
    this.delete(change.key, before);
  }

  clear(): void {
    this.generation += 1;
    this.retryAt = Infinity;
    this.complete = false;
    for (const { bytes } of this.rows.values()) this.budget.release(bytes);
    this.rows.clear();
  }

  private async fill(generation: number): Promise<void> {
    const position = this.log.head;
    const hidden = await this.database.hiddenFields(this.table);
    // Whole fields: along a path SurrealDB would follow links, into tables that may be closed, and map over arrays.
    const names = new Set(['id', ...this.paths.map(([name = 'id']) => name)]);
    for (const name of hidden) names.delete(name);
    const fields = [...names].map(escapeName).join(', ');
    // More rows than that outgrow the budget whatever is in them.
    const limit = Math.ceil(this.budget.free / ROW_BYTES) + 1;
    const text = `SELECT ${fields} FROM ${escapeName(this.table)} LIMIT ${limit}`;
    const { rows, contains, stamps } = await this.database.snapshots.read({ text, bindings: {} });
    // A deletion that the rows contain, told later, would be taken for one of what the record has become since.
    await this.database.reached(stamps);
    if (generation !== this.generation) return;
    if (!this.log.reaches(position)) throw new Error('the change log was overrun meanwhile');
    this.complete = true;
    for (const row of rows) {
      this.set(recordIdText(row['id'] as RecordId), row);
      if (!this.isComplete()) return;
    }
    for (const change of this.log.changes(this.table, position)) if (!contains(change)) this.apply(change);
  }

  private set(key: string, full: DatabaseRow): void {
    const row = pickPaths(full, this.paths);
    const bytes = ROW_BYTES + key.length * 2 + approximateBytes(row);
    const before = this.rows.get(key);
    if (before) this.budget.release(before.bytes);
    this.rows.set(key, { row, bytes });
    if (this.budget.take(bytes)) return;
    this.giveUp('they outgrow LIMIT_ROW_INDEX_BYTES');
  }

  private giveUp(reason: string): void {
    this.logger.warn(`Rows of ${this.table} can't be indexed: ${reason}. Deletions may be told by resync`);
    this.spent = true;
    this.clear();
  }

  private delete(key: string, { bytes }: IndexedRow): void {
    this.rows.delete(key);
    this.budget.release(bytes);
  }

  /** `set` may have spent the budget, which the compiler can't know. */
  private isComplete(): boolean {
    return this.complete;
  }
}
