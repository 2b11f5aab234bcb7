import { Logger } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import type { Change } from '../surreal/changes/change.js';
import type { Database } from '../surreal/database.js';
import { approximateBytes } from '../values/byte-size.js';
import { escapeName } from '../values/escape-name.js';
import { pathText, pickPaths, type DatabaseRow, type Path } from '../values/path.js';
import { recordIdText } from '../values/record-id-text.js';
import type { ChangeLog } from './change-log.js';
import type { RowBudget, RowKeeper } from './row-budget.js';

/** What a row takes at least. */
const ROW_BYTES = 128;
/** After a filling that failed. */
const RETRY_MS = 1_000;
/** After it gave up for want of room. */
const PATIENCE_MS = 30_000;
/** So much more room than was too little has to be there. */
const MARGIN = 1.25;

interface IndexedRow {
  readonly key: string;
  readonly row: DatabaseRow;
  readonly bytes: number;
}

/** Where rows are read, and how they are followed. */
export interface RowTable {
  readonly name: string;
  readonly database: Pick<Database, 'hiddenFields' | 'snapshots' | 'reached'>;
  readonly log: ChangeLog;
}

interface Limits {
  readonly budget: RowBudget;
  readonly refused: { inc(): void };
}

/** Some fields of every record of a table, as they are now. */
export class RowLayer implements RowKeeper {
  private readonly logger = new Logger(RowLayer.name);
  private readonly rows = new Map<string, IndexedRow>();
  private size = 0;
  /** Follows the changes. Until it has been filled, and once it gave up, it knows nothing. */
  private complete = false;
  private generation = 0;
  /** When the next change has it filled again. */
  private retryAt = Infinity;
  /** What it needed when there was no room for it. */
  private needed = 0;
  readonly pathTexts: ReadonlySet<string>;
  /** How often each client holds it. */
  readonly holders = new Map<string, number>();
  /** Who let go last, and when. */
  private last = { client: '', at: 0 };
  /** Settles when it is filled, or can't be. Never rejects. */
  filled: Promise<void> = Promise.resolve();

  constructor(
    readonly paths: readonly Path[],
    readonly rights: boolean,
    private readonly table: RowTable,
    private readonly limits: Limits,
  ) {
    this.pathTexts = new Set(paths.map(pathText));
    limits.budget.add(this);
    this.refill();
  }

  get bytes(): number {
    return this.size;
  }

  hold(client: string): void {
    this.holders.set(client, (this.holders.get(client) ?? 0) + 1);
  }

  release(client: string): void {
    const left = (this.holders.get(client) ?? 0) - 1;
    if (left > 0) return void this.holders.set(client, left);
    this.holders.delete(client);
    this.last = { client, at: performance.now() };
  }

  /** Whether it is there for no other client. */
  isOnlyOf(client: string): boolean {
    return this.holders.size === 0 ? this.last.client === client : this.holders.size === 1 && this.holders.has(client);
  }

  /** For how long nobody has held it, in ms. */
  get unheldFor(): number {
    return this.holders.size > 0 ? 0 : performance.now() - this.last.at;
  }

  /** Reads everything again: changes may have been missed. */
  refill(): void {
    this.clear();
    const { generation } = this;
    this.filled = this.fill(generation).catch((error: unknown) => {
      this.logger.warn(`Rows of ${this.table.name} can't be indexed: ${String(error)}`);
      if (generation === this.generation) this.retryAt = performance.now() + RETRY_MS;
    });
  }

  /** Follows a change. @returns what a deleted record was, where it is known. */
  apply(change: Change): DatabaseRow | undefined {
    if (performance.now() >= this.retryAt) this.retry();
    if (!this.complete) return undefined;
    if (!change.after) return this.drop(change.key)?.row;
    this.put(this.pick(change.key, change.after));
    return undefined;
  }

  giveUp(needed = this.size): void {
    const fields = [...this.pathTexts].join(', ');
    this.logger.warn(`${fields} of ${this.table.name} are not indexed: LIMIT_ROW_INDEX_BYTES leaves no room for them`);
    this.limits.refused.inc();
    this.clear();
    this.needed = needed;
    this.retryAt = performance.now() + PATIENCE_MS;
  }

  /** Nobody needs it any more. */
  close(): void {
    this.clear();
    this.limits.budget.remove(this);
  }

  private clear(): void {
    this.generation += 1;
    this.retryAt = Infinity;
    this.needed = 0;
    this.complete = false;
    this.limits.budget.release(this.size);
    this.size = 0;
    this.rows.clear();
  }

  private retry(): void {
    if (this.limits.budget.roomFor(this) >= this.needed * MARGIN) return this.refill();
    this.retryAt = performance.now() + PATIENCE_MS;
  }

  private async fill(generation: number): Promise<void> {
    const { name: table, database, log } = this.table;
    const { budget } = this.limits;
    const position = log.head;
    const hidden = await database.hiddenFields(table);
    // Whole fields: along a path SurrealDB would follow links, into tables that may be closed, and map over arrays.
    const names = new Set(['id', ...this.paths.map(([name = 'id']) => name)]);
    for (const name of hidden) names.delete(name);
    const fields = [...names].map(escapeName).join(', ');
    const room = budget.roomFor(this);
    // More rows than that outgrow the budget whatever is in them.
    const limit = Math.ceil(room / ROW_BYTES) + 1;
    const text = `SELECT ${fields} FROM ${escapeName(table)} LIMIT ${limit}`;
    const { rows, contains, stamps } = await database.snapshots.read({ text, bindings: {} });
    // A deletion that the rows contain, told later, would be taken for one of what the record has become since.
    await database.reached(stamps);
    if (generation !== this.generation) return;
    if (!log.reaches(position)) throw new Error('the change log was overrun meanwhile');
    const picked = rows.map((row) => this.pick(recordIdText(row['id'] as RecordId), row));
    const bytes = picked.reduce((sum, indexed) => sum + indexed.bytes, 0);
    if (rows.length === limit || bytes > budget.roomFor(this)) return this.giveUp(bytes);
    this.complete = true;
    for (const indexed of picked) if (this.knows()) this.put(indexed);
    for (const change of log.changes(table, position)) if (!contains(change)) this.apply(change);
  }

  private pick(key: string, full: DatabaseRow): IndexedRow {
    // The id is the change's, and takes more than most fields do.
    const { id: _, ...row } = pickPaths(full, this.paths);
    return { key, row, bytes: ROW_BYTES + key.length * 2 + approximateBytes(row) };
  }

  private put(indexed: IndexedRow): void {
    this.drop(indexed.key);
    this.rows.set(indexed.key, indexed);
    this.size += indexed.bytes;
    this.limits.budget.take(indexed.bytes);
  }

  private drop(key: string): IndexedRow | undefined {
    const indexed = this.rows.get(key);
    if (!indexed) return undefined;
    this.rows.delete(key);
    this.size -= indexed.bytes;
    this.limits.budget.release(indexed.bytes);
    return indexed;
  }

  /** Whoever takes from the budget may have to give up, which the compiler can't know. */
  private knows(): boolean {
    return this.complete;
  }
}
