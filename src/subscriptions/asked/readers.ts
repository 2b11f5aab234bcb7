import type { RowQuestion } from '../../filter/row-question.js';
import type { Change } from '../../surreal/changes/change.js';

/** Told when what answers rest on changes. */
export interface Reader {
  /** A record of a table that questions read has changed. */
  changed(change: Change): void;
  /** Records of a table, or of any, may have changed, and it isn't known which. */
  doubt(table?: string): void;
}

/** Who reads which tables to answer questions about rows of others. */
export class Readers {
  private readonly byTable = new Map<string, Map<Reader, number>>();

  add(reader: Reader, questions: readonly RowQuestion[]): void {
    for (const table of tablesOf(questions)) {
      const readers = this.byTable.get(table) ?? new Map<Reader, number>();
      this.byTable.set(table, readers.set(reader, (readers.get(reader) ?? 0) + 1));
    }
  }

  remove(reader: Reader, questions: readonly RowQuestion[]): void {
    for (const table of tablesOf(questions)) {
      const readers = this.byTable.get(table);
      const left = (readers?.get(reader) ?? 0) - 1;
      if (left > 0) readers?.set(reader, left);
      else readers?.delete(reader);
      if (readers?.size === 0) this.byTable.delete(table);
    }
  }

  /** Those of a table, as they are now. */
  of(table: string): readonly Reader[] {
    return [...(this.byTable.get(table)?.keys() ?? [])];
  }

  tables(): Iterable<string> {
    return this.byTable.keys();
  }

  all(): ReadonlySet<Reader> {
    return new Set([...this.byTable.values()].flatMap((readers) => [...readers.keys()]));
  }
}

export function tablesOf(questions: readonly RowQuestion[]): ReadonlySet<string> {
  return new Set(questions.flatMap((question) => [...question.readTables()]));
}
