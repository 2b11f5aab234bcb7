import type { RowQuestion } from '../../filter/row-question.js';
import type { DatabaseRow } from '../../values/path.js';

/** Questions that are asked about the same rows. */
export interface AskedBatch {
  readonly questions: readonly RowQuestion[];
  readonly rows: readonly DatabaseRow[];
}

/** So many questions, and so many rows, are in one statement at most. */
const QUESTIONS_AT_ONCE = 64;
const ROWS_AT_ONCE = 128;

/** Rows, and what the database is to be asked about each of them. */
export class Wanted {
  private readonly byQuestion = new Map<RowQuestion, Set<DatabaseRow>>();
  private count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Answers that are wanted. */
  get size(): number {
    return this.count;
  }

  add(question: RowQuestion, row: DatabaseRow): void {
    const rows = this.byQuestion.get(question) ?? new Set();
    this.byQuestion.set(question, rows);
    const before = rows.size;
    this.count += rows.add(row).size - before;
  }

  addAll(questions: readonly RowQuestion[], rows: readonly DatabaseRow[]): void {
    for (const question of questions) for (const row of rows) this.add(question, row);
  }

  /** Nothing that was answered counts. */
  forget(): void {
    for (const [question, rows] of this.byQuestion) for (const row of rows) question.forgetRow(row);
  }

  /** What is asked about the same rows is asked in one statement. */
  *batches(): Generator<AskedBatch> {
    const places = new Map<DatabaseRow, number>();
    const groups = new Map<string, { readonly questions: RowQuestion[]; readonly rows: readonly DatabaseRow[] }>();
    for (const [question, rows] of this.byQuestion) {
      for (const row of rows) if (!places.has(row)) places.set(row, places.size);
      const key = [...rows].map((row) => places.get(row)).join();
      const group = groups.get(key);
      if (group) group.questions.push(question);
      else groups.set(key, { questions: [question], rows: [...rows] });
    }
    for (const { questions, rows } of groups.values()) {
      for (const some of chunks(questions, QUESTIONS_AT_ONCE)) {
        for (const few of chunks(rows, ROWS_AT_ONCE)) yield { questions: some, rows: few };
      }
    }
  }
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
