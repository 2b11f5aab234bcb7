import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { compileCondition } from '../filter/compile-condition.js';
import { Change } from '../surreal/changes/change.js';
import { missesRow } from './missed-row.js';

const matches = compileCondition({ kind: 'compare', path: ['n'], operator: 'gt', operand: 0 });

function row(id: number, n: number) {
  return { id: new RecordId('t', id), n };
}

/** The change of record `id` from `before`, or its creation. */
function change(id: number, before: number | undefined, stamp = 2n): Change {
  return new Change({
    table: 't',
    id: new RecordId('t', id),
    action: before === undefined ? 'CREATE' : 'UPDATE',
    after: row(id, 9),
    previous: before === undefined ? { kind: 'absent' } : { kind: 'row', row: row(id, before) },
    place: { stamp, index: 0 },
    cursor: '',
    time: 0,
  });
}

describe('missesRow', () => {
  const contains = ({ place }: Change) => place !== undefined && place.stamp < 2n;

  it.each<[string, Change[], boolean]>([
    ['nothing follows', [], false],
    ['a shown record is updated', [change(1, 1)], false],
    ['a record that matched is updated, and is not shown', [change(2, 1)], true],
    ['a record that did not match is updated', [change(2, 0)], false],
    ['a record is created, and then updated', [change(2, undefined), change(2, 9)], false],
    ['the rows contain the change', [change(2, 1, 1n)], false],
    ['the rows contain one change and miss what it led to', [change(2, 1, 1n), change(2, 9)], true],
  ])('decides when %s', (_, following, missed) => {
    expect(missesRow([row(1, 1)], following, contains, matches)).toBe(missed);
  });
});
