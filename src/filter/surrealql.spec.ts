import { describe, expect, it } from '@jest/globals';
import { DateTime, Decimal, RecordId } from 'surrealdb';
import { parseFilter } from './parse-filter.js';
import { orderByText, toSurrealql } from './surrealql.js';

const LIMITS = { conditions: 16, depth: 4 };

function clause(filter: unknown, skipPaths: string[][] = []) {
  const { text, bindings } = toSurrealql(parseFilter(filter, LIMITS), { skipPaths });
  return [text, ...Object.values(bindings)];
}

describe('toSurrealql', () => {
  it.each<[unknown, unknown[]]>([
    [{}, ['true']],
    [{ not: {} }, ['false']],
    [{ room: 'general' }, ['(`room` = $filter_0)', 'general']],
    [{ room: { ne: 'general' } }, ['(!(`room` = $filter_0))', 'general']],
    [{ room: { in: ['a', 'b'] } }, ['(`room` IN $filter_0)', ['a', 'b']]],
    [{ age: { gte: 18, lt: 65 } }, ['(((`age` >= $filter_0)) AND ((`age` < $filter_1)))', 18, 65]],
    [{ a: { exists: true } }, ['(`a` != NONE)']],
    [{ a: { startsWith: 'ab' } }, ['(`a` >= $filter_0 AND `a` < $filter_1)', 'ab', 'ac']],
    [{ a: { startsWith: 'a\u{10ffff}' } }, ['(`a` >= $filter_0 AND `a` < $filter_1)', 'a\u{10ffff}', 'b']],
    [{ a: { startsWith: '' } }, ['(type::is_string(`a`) AND `a` >= $filter_0)', '']],
    [{ by: 'person:1' }, ['(`by` IN $filter_0)', ['person:1', new RecordId('person', 1)]]],
    [
      { at: { gt: '2024-01-01' } },
      [
        '((type::is_datetime(`at`) AND `at` > $filter_1) OR (!type::is_datetime(`at`) AND `at` > $filter_0))',
        '2024-01-01',
        new DateTime([1_704_067_200n, 0n]),
      ],
    ],
    [{ p: '1.5' }, ['(`p` = $filter_0 OR (type::is_decimal(`p`) AND `p` IN $filter_1))', '1.5', [new Decimal('1.5')]]],
    [{ 'a.b': 1 }, ['(type::is_object(`a`) AND (`a`.`b` = $filter_0))', 1]],
    [{ 'a.b': { lt: 1 } }, ['(!(type::is_object(`a`)) OR ((`a`.`b` < $filter_0)))', 1]],
    // What can't be bound, or is read in several ways, is left to the evaluator.
    [{ a: 1e300 }, ['true']],
    [{ a: 1e18 }, ['(`a` = $filter_0)', 10n ** 18n]],
    [{ a: { eq: ['person:1'] } }, ['true']],
    [{ not: { a: { eq: ['person:1'] } }, b: 1 }, ['((`b` = $filter_0))', 1]],
    [{ or: [{ a: { eq: ['person:1'] } }, { b: 1 }] }, ['true', 1]],
    [{ not: { a: { contains: '1.5' } } }, ['true']],
  ])('writes %j', (filter, expected) => {
    expect(clause(filter)).toEqual(expected);
  });

  it('says nothing about paths that are to be skipped, nor about what is in or around them', () => {
    expect(clause({ a: 1, 'b.c': 1, d: 1 }, [['a'], ['b']])).toEqual(['((`d` = $filter_0))', 1]);
    expect(clause({ b: 1, not: { a: 1 } }, [['a', 'x'], ['b']])).toEqual(['true']);
  });
});

describe('orderByText', () => {
  it.each([
    ['name', '`name`'],
    ['address.city', '`address`.`city`'],
    ['a`; DELETE t; --', '`a\\`; DELETE t; --`'],
    ['a\\', '`a\\\\`'],
  ])('escapes %s', (path, text) => {
    expect(orderByText(path.split('.'))).toBe(text);
  });
});
