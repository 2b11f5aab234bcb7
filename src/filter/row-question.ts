import type { RecordId } from 'surrealdb';
import type { DatabaseRow } from '../values/path.js';

/** SurrealQL with places for values: between two pieces, one value. */
export interface Template {
  readonly pieces: readonly string[];
  readonly values: readonly unknown[];
}

/** A part of a question that reads one linked record, and nothing else that is stored but what that one leads to. */
export interface LinkedPart extends Template {
  /** The fields that link to the record, from the row on. */
  readonly way: readonly string[];
  readonly tables: readonly string[];
  /** The record's fields that are read. */
  readonly reads: readonly string[];
}

/** Edges of which only those matter that begin or end at one record. */
export interface JoinedPart {
  readonly tables: readonly string[];
  /** The record. */
  readonly at: RecordId;
}

export interface RowQuestionParts extends Template {
  /** The same for the same question, on every instance. */
  readonly key: string;
  /** The row's fields that it reads. */
  readonly fields: readonly string[];
  /** Tables whose records it reads in a way of which it can't be told to which rows a change of them matters. */
  readonly tables: ReadonlySet<string>;
  readonly linked: readonly LinkedPart[];
  readonly joined: readonly JoinedPart[];
  /** Whole numbers beyond this one aren't calculated with as the database would. Absent: none are calculated with. */
  readonly largest?: number;
}

/** Thrown where a row is looked at before the database was asked, or where the database had no answer. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** One for all, as it is thrown for each row of each question that is to be asked: a stack of its own would cost more than all the rest. */
const UNANSWERED = new Unanswered('the database has not said whether a permission holds for a row');

/**
 * A question about a row that only the database can answer. Whoever looks at a row by it has the database asked before. The same
 * question is one object, so that what is known of a row is known to all.
 */
export class RowQuestion implements RowQuestionParts {
  readonly key: string;
  readonly pieces: readonly string[];
  readonly values: readonly unknown[];
  readonly fields: readonly string[];
  readonly tables: ReadonlySet<string>;
  readonly linked: readonly LinkedPart[];
  readonly joined: readonly JoinedPart[];
  readonly largest?: number;
  private answers = new WeakMap<DatabaseRow, boolean>();

  constructor(parts: RowQuestionParts) {
    this.key = parts.key;
    this.pieces = parts.pieces;
    this.values = parts.values;
    this.fields = parts.fields;
    this.tables = parts.tables;
    this.linked = parts.linked;
    this.joined = parts.joined;
    if (parts.largest !== undefined) this.largest = parts.largest;
  }

  /** All tables whose records it reads. */
  *readTables(): Generator<string> {
    yield* this.tables;
    for (const { tables } of this.linked) yield* tables;
    for (const { tables } of this.joined) yield* tables;
  }

  /** Whether the answer about a row is known. */
  knows(row: DatabaseRow): boolean {
    return this.answers.has(row);
  }

  learn(row: DatabaseRow, holds: boolean): void {
    this.answers.set(row, holds);
  }

  forgetRow(row: DatabaseRow): void {
    this.answers.delete(row);
  }

  /** Something that it reads has changed. */
  forget(): void {
    this.answers = new WeakMap();
  }

  /** @throws Unanswered */
  holds(row: DatabaseRow): boolean {
    const holds = this.answers.get(row);
    if (holds === undefined) throw UNANSWERED;
    return holds;
  }
}

/** As SurrealQL, with a name for each value. */
export function templateText({ pieces, values }: Template, nameOf: (value: unknown) => string): string {
  return pieces.reduce((text, piece, n) => text + (n === 0 ? '' : nameOf(values[n - 1])) + piece, '');
}
