import type { Batch, Work } from './writer.js';
import type { Mutation, Style } from './mutation.js';
import type { Random } from './random.js';
import { changedRow, newRow, type Row } from './row.js';
import { LOG_TABLE, ROW_TABLES } from './tables.js';

const MOST_RECORDS = 40;
const BULK_ROWS = 25;

interface Owned {
  readonly table: string;
  readonly id: string;
  /** Undefined while it is deleted. */
  row: Row | undefined;
}

/** What one writer does with records of its own, by chance: creates, moves, deletes and creates them again, in every style. */
export class RowWork implements Work {
  private readonly records = new Map<string, Owned>();
  private names = 0;
  private version = 0;

  constructor(
    private readonly random: Random,
    private readonly writer: number,
  ) {}

  next(): Batch {
    switch (this.random.between(0, 11)) {
      case 0:
        return this.batch('bulk', this.creations(BULK_ROWS));
      case 1:
      case 2:
        return this.batch('statements', [...this.changes(3), this.entry()]);
      case 3:
      case 4:
        return this.batch('SDK transaction', [...this.changes(2), this.entry()]);
      case 5:
        return this.batch('statements', this.wholeLife());
      case 6:
        return this.batch('one by one', [this.entry()]);
      default:
        return this.batch('one by one', this.changes(1));
    }
  }

  done({ mutations }: Batch): void {
    for (const { action, table, id, row } of mutations) {
      if (table === LOG_TABLE) continue;
      if (action === 'DELETE' && this.random.isOneIn(2)) this.records.delete(`${table}:${id}`);
      else this.records.set(`${table}:${id}`, { table, id, row: action === 'DELETE' ? undefined : (row as Row) });
    }
  }

  unknown({ mutations }: Batch): void {
    for (const { table, id } of mutations) this.records.delete(`${table}:${id}`);
  }

  private batch(style: Style, mutations: readonly Mutation[]): Batch {
    return { style, mutations };
  }

  private creations(count: number): Mutation[] {
    const table = this.random.pick(ROW_TABLES);
    return Array.from({ length: count }, () => this.creation(table));
  }

  private creation(table: string): Mutation {
    return { action: 'CREATE', table, id: this.name(), row: this.row() };
  }

  /** An entry of the log. */
  private entry(): Mutation {
    return this.creation(LOG_TABLE);
  }

  /** Of different records. */
  private changes(count: number): Mutation[] {
    const chosen = this.random.shuffle([...this.records.values()]).slice(0, count);
    const changes = chosen.map((owned) => this.change(owned));
    return changes.length > 0 ? changes : [this.creation(this.random.pick(ROW_TABLES))];
  }

  private change({ table, id, row }: Owned): Mutation {
    if (!row) return { action: 'CREATE', table, id, row: this.row() };
    const isEnough = this.records.size > MOST_RECORDS ? 2 : 6;
    if (this.random.isOneIn(isEnough)) return { action: 'DELETE', table, id };
    return { action: 'UPDATE', table, id, row: changedRow(this.random, row, ++this.version) };
  }

  /** All that can happen to a record, in one transaction. */
  private wholeLife(): Mutation[] {
    const creation = this.creation(this.random.pick(ROW_TABLES));
    const { table, id } = creation;
    const update: Mutation = { action: 'UPDATE', table, id, row: this.row() };
    return [creation, update, ...(this.random.isOneIn(2) ? [{ action: 'DELETE' as const, table, id }] : [])];
  }

  private name(): string {
    return `w${this.writer}_${++this.names}`;
  }

  private row(): Row {
    return newRow(this.random, this.writer, ++this.version);
  }
}
