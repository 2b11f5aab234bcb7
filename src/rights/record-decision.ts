import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';
import { CommandError } from '../errors/command-error.js';
import { compileCondition, type RowTest } from '../filter/compile-condition.js';
import { Unanswered } from '../filter/row-question.js';
import type { RowRights } from '../filter/row-rights.js';
import type { DatabaseRow } from '../values/path.js';
import { recordIdText } from '../values/record-id-text.js';

/** Whether a principal may select a record. `unknown`: the database could not be asked. */
export type Answer = 'yes' | 'no' | 'unknown';

/** Rights are the same object for those who have the same. */
const tests = new WeakMap<RowRights, RowTest>();

/** What is known of one principal and one record. */
export class RecordDecision {
  readonly key: string;
  answer: Answer = 'unknown';
  /** Why nobody can be let in, where that isn't the row's doing. */
  refusal: CommandError | undefined;
  /** What was read to decide it, beside the record. */
  tables: ReadonlySet<string> = new Set();
  /** How many wait for it. */
  awaited = 0;

  constructor(
    readonly principal: Principal,
    readonly record: RecordId,
  ) {
    this.key = recordIdText(record);
  }

  get table(): string {
    return this.record.table.name;
  }

  /** @param rightsNow what the permissions of the record's table give the principal. @param row absent: there is no such record */
  decide(rightsNow: () => RowRights, row: DatabaseRow | undefined): void {
    this.refusal = undefined;
    try {
      const rights = rightsNow();
      this.answer = row && shows(rights, row) ? 'yes' : 'no';
    } catch (error) {
      if (error instanceof Unanswered) return void (this.answer = 'unknown');
      if (!(error instanceof CommandError)) throw error;
      this.answer = error.code === 'FORBIDDEN' ? 'no' : 'unknown';
      this.refusal = error;
    }
  }
}

function shows(rights: RowRights, row: DatabaseRow): boolean {
  if (!rights.where) return true;
  const test = tests.get(rights) ?? compileCondition(rights.where);
  tests.set(rights, test);
  return test(row);
}
