import type { Lasting } from '../delivery/holdings.js';
import { compileCondition, type RowTest } from '../filter/compile-condition.js';
import type { Condition } from '../filter/condition.js';
import { conditionBytes } from '../filter/filter-bytes.js';
import type { DatabaseRow } from '../values/path.js';
import type { StreamSpec } from './stream-spec.js';
import type { RowTests } from './verdict.js';

/**
 * Remembers two verdicts, those on what a record was and on what it is: streams under the same rights ask one after the other.
 * Rows never change.
 */
function remembering(test: RowTest): RowTest {
  let last: { readonly row: DatabaseRow; readonly holds: boolean } | undefined;
  let other: typeof last;
  return (row) => {
    if (last?.row === row) return last.holds;
    if (other?.row === row) return other.holds;
    other = last;
    last = { row, holds: test(row) };
    return last.holds;
  };
}

interface Restriction extends Lasting {
  readonly matches: RowTest;
  streams: number;
}

interface Held {
  readonly tests: RowTests;
  /** What the policy's part of them takes: the same, to the object, under the same rights. */
  readonly policy?: Lasting;
}

/** The rows of the policy's `where`, compiled once for all streams under the same rights: a subscription can name a thousand rooms. */
export class Restrictions {
  private readonly byRights = new Map<string, Restriction>();

  /** What the rows of a stream are known by, and those that may be seen. Held until the stream ends. */
  hold({ rightsKey, filter, where, questions }: StreamSpec): Held {
    const matches = compileCondition(filter);
    if (!where) return { tests: { matches, visible: () => true } };
    const restriction = this.byRights.get(rightsKey) ?? restrictionOf(where, questions.length > 0);
    this.byRights.set(rightsKey, restriction);
    restriction.streams += 1;
    const visible = restriction.matches;
    return { tests: { matches: (row) => matches(row) && visible(row), visible }, policy: restriction };
  }

  release({ rightsKey, where }: StreamSpec): void {
    const restriction = where && this.byRights.get(rightsKey);
    if (!restriction) return;
    restriction.streams -= 1;
    if (restriction.streams === 0) this.byRights.delete(rightsKey);
  }
}

/** @param isAsked what the database says of a row is remembered where it is known */
function restrictionOf(where: Condition, isAsked: boolean): Restriction {
  const test = compileCondition(where);
  return { matches: isAsked ? test : remembering(test), bytes: conditionBytes(where), streams: 0 };
}
