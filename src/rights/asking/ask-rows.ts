import { ServerError } from 'surrealdb';
import { bindableRow, UNBINDABLE } from '../../filter/bindable.js';
import { templateText, type RowQuestion } from '../../filter/row-question.js';
import type { Query } from '../../surreal/connection/sdk-session.js';
import { approximateBytes } from '../../values/byte-size.js';
import { kindOf } from '../../values/kind.js';
import { pickPaths, type DatabaseRow } from '../../values/path.js';
import type { AskedBatch, Wanted } from './wanted.js';

/** Statements of one query, and bytes of the rows and values in it: one statement at least. */
const STATEMENTS_AT_ONCE = 32;
const BYTES_AT_ONCE = 2 ** 21;
/** Statements that may fail before the rest is left without an answer. */
const MOST_FAILURES = 32;

/** Where a permission fails for a row, what for. */
export type OnFailure = (reason: string) => void;

/**
 * Has the database answer questions about rows. What it has no answer for, since a permission fails for a row or a row can't be handed
 * to it as it is, stays unknown. Text of permissions comes from definitions alone, and none of it can write.
 *
 * @throws DatabaseUnavailable
 */
export async function askRows(query: Query, wanted: Wanted, failed: OnFailure): Promise<void> {
  let failures = 0;
  const ask = async (batches: readonly Statement[]): Promise<void> => {
    try {
      await askTogether(query, batches);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      const [only] = batches;
      if (only && batches.length === 1) {
        failures += 1;
        failed(error.message);
        for (const half of halves(only)) if (failures < MOST_FAILURES) await ask([half]);
      } else for (const batch of batches) if (failures < MOST_FAILURES) await ask([batch]);
    }
  };
  let statements: Statement[] = [];
  let bytes = 0;
  for (const batch of wanted.batches()) {
    for (const statement of statementsOf(batch)) {
      const more = bytesOf(statement);
      if (statements.length === STATEMENTS_AT_ONCE || (statements.length > 0 && bytes + more > BYTES_AT_ONCE)) {
        await ask(statements);
        statements = [];
        bytes = 0;
      }
      statements.push(statement);
      bytes += more;
    }
  }
  if (statements.length > 0) await ask(statements);
}

interface BoundRow {
  readonly row: DatabaseRow;
  readonly bound: unknown;
  readonly bytes: number;
}

interface Statement {
  readonly questions: readonly RowQuestion[];
  readonly rows: readonly BoundRow[];
}

/** Rows of which a question would be answered otherwise than for the record itself are left out. */
function* statementsOf({ questions, rows }: AskedBatch): Generator<Statement> {
  const fields = [...new Set(questions.flatMap((question) => question.fields))].map((name) => [name]);
  const bound = rows.flatMap((row): readonly BoundRow[] => {
    const value = bindableRow({ id: row['id'], ...pickPaths(row, fields) });
    return value === UNBINDABLE ? [] : [{ row, bound: value, bytes: approximateBytes(value) }];
  });
  const exact = questions.filter(({ largest }) => largest === undefined);
  if (exact.length > 0) for (const some of ofBytes(bound)) yield { questions: exact, rows: some };
  for (const question of questions) {
    const { largest } = question;
    if (largest === undefined || !isBelow(question.values, largest)) continue;
    const few = bound.filter(({ bound: value }) => isBelow(value, largest));
    for (const some of ofBytes(few)) yield { questions: [question], rows: some };
  }
}

/** Rows in as many parts as it takes for each to have no more than the bytes of a query: one row at least. */
function* ofBytes(rows: readonly BoundRow[]): Generator<readonly BoundRow[]> {
  let part: BoundRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (part.length > 0 && bytes + row.bytes > BYTES_AT_ONCE) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(row);
    bytes += row.bytes;
  }
  if (part.length > 0) yield part;
}

function bytesOf({ questions, rows }: Statement): number {
  let bytes = 0;
  for (const row of rows) bytes += row.bytes;
  for (const { values } of questions) bytes += approximateBytes(values);
  return bytes;
}

async function askTogether(query: Query, statements: readonly Statement[]): Promise<void> {
  const bindings: Record<string, unknown> = {};
  let named = 0;
  const bind = (value: unknown) => {
    const name = `rights_${named++}`;
    bindings[name] = value;
    return `$${name}`;
  };
  const texts = statements.map(({ questions, rows }) => {
    const parts = questions.map((question) => `!!(${templateText(question, bind)})`);
    return `SELECT VALUE [${parts.join(', ')}] FROM ${bind(rows.map(({ bound }) => bound))}`;
  });
  const answers = (await query(texts.join('; '), bindings)) as readonly (readonly (readonly unknown[])[])[];
  for (const [s, { questions, rows }] of statements.entries()) {
    for (const [r, { row }] of rows.entries()) {
      for (const [q, question] of questions.entries()) {
        const holds = answers[s]?.[r]?.[q];
        if (typeof holds === 'boolean') question.learn(row, holds);
      }
    }
  }
}

function halves({ questions, rows }: Statement): readonly Statement[] {
  if (questions.length > 1)
    return [halfOf(questions, 0), halfOf(questions, 1)].map((some) => ({ questions: some, rows }));
  if (rows.length > 1) return [halfOf(rows, 0), halfOf(rows, 1)].map((some) => ({ questions, rows: some }));
  return [];
}

function halfOf<T>(items: readonly T[], which: 0 | 1): readonly T[] {
  const middle = Math.ceil(items.length / 2);
  return which === 0 ? items.slice(0, middle) : items.slice(middle);
}

/** Whether all whole numbers in a value are small enough to be calculated with, be they floats or not. */
function isBelow(value: unknown, largest: number): boolean {
  switch (kindOf(value)) {
    case 'number':
      return Number.isInteger(value) ? Math.abs(value as number) <= largest : typeof value === 'number';
    case 'array':
    case 'set':
      return [...(value as Iterable<unknown>)].every((item) => isBelow(item, largest));
    case 'object':
      return Object.values(value as object).every((item) => isBelow(item, largest));
    default:
      return true;
  }
}
