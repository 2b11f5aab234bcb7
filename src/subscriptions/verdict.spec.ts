import { describe, expect, it } from '@jest/globals';
import type { Action } from '@edge-hive/protocol';
import { RecordId } from 'surrealdb';
import { compileCondition } from '../filter/compile-condition.js';
import { conditionPaths } from '../filter/condition-paths.js';
import { EVERY_ROW, type Condition } from '../filter/condition.js';
import { Change, type Previous } from '../surreal/changes/change.js';
import type { DatabaseRow } from '../values/path.js';
import type { StreamSpec } from './stream-spec.js';
import { judge } from './verdict.js';

const id = new RecordId('t', 1);
const IN_ROOM: Condition = { kind: 'compare', path: ['room'], operator: 'eq', operand: 'a' };
const inside = { id, room: 'a', n: 1 };
const insideToo = { id, room: 'a', n: 2 };
const outside = { id, room: 'b', n: 1 };
const outsideToo = { id, room: 'b', n: 2 };

type Options = Partial<Omit<StreamSpec, 'key' | 'rightsKey'>>;
const ALL: Options = {};
const FILTERED: Options = { filtered: true, condition: IN_ROOM };
const RESTRICTED: Options = { ...FILTERED, restricted: true, where: IN_ROOM };
const BY_ID: Condition = { kind: 'compare', path: ['id'], operator: 'eq', operand: 't:1' };
const BY_OTHER_ID: Condition = { ...BY_ID, operand: 't:2' };
const NO_ROW: Condition = { kind: 'or', of: [] };
/** The policy shows the room, and the client wants only some of it. */
const SOME: Condition = { kind: 'compare', path: ['n'], operator: 'eq', operand: 1 };
const SOME_OF_RESTRICTED: Options = { ...RESTRICTED, filter: SOME, condition: { kind: 'and', of: [SOME, IN_ROOM] } };
const FIELDS: Options = { fields: [['n']] };

function verdict(change: Change, options: Options): string {
  const spec: StreamSpec = {
    key: '',
    rightsKey: '',
    condition: EVERY_ROW,
    filter: EVERY_ROW,
    rightsPaths: options.where ? conditionPaths(options.where) : [],
    paths: conditionPaths(options.condition ?? EVERY_ROW),
    filtered: false,
    chosen: false,
    restricted: false,
    questions: [],
    actions: new Set<Action>(['CREATE', 'UPDATE', 'DELETE']),
    ...options,
  };
  const matches = compileCondition(spec.condition);
  const result = judge(change, spec, { matches, visible: compileCondition(spec.where ?? EVERY_ROW) });
  return 'transition' in result && result.transition ? `${result.kind} ${result.transition}` : result.kind;
}

function change(action: Action, previous: Previous, after?: DatabaseRow): Change {
  return new Change({ table: 't', id, action, previous, ...(after && { after }), cursor: '', time: 0 });
}

const created = (after: DatabaseRow) => change('CREATE', { kind: 'absent' }, after);
const deleted = (row?: DatabaseRow) => change('DELETE', row ? { kind: 'row', row } : { kind: 'unknown' });
/** Known in the fields of these paths only. */
const deletedPart = (row: DatabaseRow, ...paths: string[]) => {
  const change = deleted();
  change.supplyBefore(row, new Set(paths));
  return change;
};
const updated = (before: DatabaseRow | undefined, after: DatabaseRow) =>
  change('UPDATE', before ? { kind: 'row', row: before } : { kind: 'unknown' }, after);

describe('judge', () => {
  it.each<[string, Change, Options, string]>([
    ['a CREATE to all', created(outside), ALL, 'event'],
    ['a CREATE inside the filter', created(inside), FILTERED, 'event'],
    ['a CREATE outside the filter', created(outside), FILTERED, 'nothing'],
    ['a CREATE outside the rights', created(outside), RESTRICTED, 'nothing'],
    ['an UPDATE to all', updated(outside, outsideToo), ALL, 'event'],
    ['an UPDATE of an unknown record to all', updated(undefined, outside), ALL, 'event'],
    ['an UPDATE that stays inside', updated(inside, insideToo), FILTERED, 'event'],
    ['an UPDATE that stays outside', updated(outside, outsideToo), FILTERED, 'nothing'],
    ['an UPDATE that comes in', updated(outside, inside), FILTERED, 'event enter'],
    ['an UPDATE that goes out', updated(inside, outside), FILTERED, 'id leave'],
    ['an UPDATE that comes into the rights', updated(outside, inside), RESTRICTED, 'event enter'],
    ['an UPDATE that goes out of the rights', updated(inside, outside), RESTRICTED, 'id leave'],
    ['an UPDATE of an unknown record, now inside', updated(undefined, inside), FILTERED, 'event'],
    ['an UPDATE of an unknown record, now outside', updated(undefined, outside), FILTERED, 'id leave'],
    ['an UPDATE of an unknown record, now inside the rights', updated(undefined, inside), RESTRICTED, 'event'],
    ['an UPDATE of an unknown record, now outside the rights', updated(undefined, outside), RESTRICTED, 'unknown'],
    ['an UPDATE of a selected field', updated(inside, insideToo), FIELDS, 'event'],
    ['an UPDATE of other fields', updated(inside, outside), FIELDS, 'nothing'],
    ['an UPDATE that may be of other fields', updated(undefined, outside), FIELDS, 'event'],
    ['an UPDATE of other fields that comes in', updated(outside, inside), { ...FILTERED, ...FIELDS }, 'event enter'],
    ['an UPDATE of other fields that goes out', updated(inside, outside), { ...FILTERED, ...FIELDS }, 'id leave'],
    ['an UPDATE of other fields inside', updated(inside, { ...inside, x: 1 }), { ...FILTERED, ...FIELDS }, 'nothing'],
    ['a DELETE to all', deleted(outside), ALL, 'event'],
    ['a DELETE of an unknown record to all', deleted(), ALL, 'id'],
    ['a DELETE inside', deleted(inside), FILTERED, 'event'],
    ['a DELETE outside', deleted(outside), FILTERED, 'nothing'],
    ['a DELETE of an unknown record', deleted(), FILTERED, 'id'],
    ['a DELETE inside the rights', deleted(inside), RESTRICTED, 'event'],
    ['a DELETE outside the rights', deleted(outside), RESTRICTED, 'nothing'],
    ['a DELETE of a record that may be hidden', deleted(), RESTRICTED, 'unknown'],
    ['a DELETE that is known to be inside by some fields', deletedPart(inside, 'room'), FILTERED, 'id'],
    ['a DELETE that is known to be inside the rights by some fields', deletedPart(inside, 'room'), RESTRICTED, 'id'],
    ['a DELETE of a record known in some fields to all', deletedPart(inside, 'room'), ALL, 'id'],
    ['a DELETE that is known to be outside', deletedPart(outside, 'room'), FILTERED, 'nothing'],
    ['a DELETE of a record known in other fields', deletedPart({ id, n: 1 }, 'n'), FILTERED, 'id'],
    ['a DELETE of a record known in other fields, maybe hidden', deletedPart({ id, n: 1 }, 'n'), RESTRICTED, 'unknown'],
    ['a DELETE with fields selected', deleted(inside), FIELDS, 'event'],
    ['a DELETE inside the rights, maybe wanted', deletedPart(inside, 'room'), SOME_OF_RESTRICTED, 'id'],
    ['a DELETE outside the rights, maybe wanted', deletedPart(outside, 'room'), SOME_OF_RESTRICTED, 'nothing'],
    ['a DELETE that is wanted, maybe hidden', deletedPart({ id, n: 1 }, 'n'), SOME_OF_RESTRICTED, 'unknown'],
    ['a DELETE inside, and wanted', deletedPart(inside, 'room', 'n'), SOME_OF_RESTRICTED, 'id'],
    ['a DELETE of an unknown record by its id', deleted(), { ...FILTERED, condition: BY_ID }, 'id'],
    ['a DELETE of an unknown record of another id', deleted(), { ...FILTERED, condition: BY_OTHER_ID }, 'nothing'],
    [
      'a DELETE of an unknown record where all is hidden',
      deleted(),
      { ...RESTRICTED, condition: NO_ROW, where: NO_ROW },
      'nothing',
    ],
    ['a DELETE inside, and not wanted', deletedPart(insideToo, 'room', 'n'), SOME_OF_RESTRICTED, 'nothing'],
  ])('tells %s', (_, what, options, expected) => {
    expect(verdict(what, options)).toBe(expected);
  });

  it.each<[Action, Change]>([
    ['CREATE', created(inside)],
    ['UPDATE', updated(inside, outside)],
    ['DELETE', deleted()],
  ])('tells nothing of a %s that was not asked for', (action, what) => {
    const actions = new Set((['CREATE', 'UPDATE', 'DELETE'] as const).filter((other) => other !== action));
    expect(verdict(what, { ...RESTRICTED, actions })).toBe('nothing');
  });

  it('works out what a record was only where something depends on it', () => {
    const operations = [{ op: 'remove', path: '/gone' }] as const;
    const row = { kind: 'patch', operations } as const;
    const reads = counted(change('UPDATE', row, inside));
    expect(verdict(reads.change, ALL)).toBe('event');
    expect(reads.count()).toBe(0);
    expect(verdict(reads.change, FILTERED)).toBe('event');
    expect(reads.count()).toBe(1);
  });
});

/** Counts how often it is asked what the record was. */
function counted(change: Change): { change: Change; count: () => number } {
  let count = 0;
  const counting = new Proxy(change, {
    get(target, name) {
      if (name === 'beforeKnown') count += 1;
      return Reflect.get(target, name, target) as unknown;
    },
  });
  return { change: counting, count: () => count };
}
