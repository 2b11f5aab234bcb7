import { describe, expect, it } from '@jest/globals';
import { accessPlan } from './access-plan.js';
import { parseFilter } from './parse-filter.js';
import { placementsOf } from './placement.js';

const LIMITS = { conditions: 16, depth: 4, elements: 4_000 };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** How many places each alternative takes, and by which fields. */
function placesOf(filter: unknown): readonly [places: number, fields: string][] | undefined {
  const placements = placementsOf(accessPlan(parseFilter(filter, LIMITS)) ?? []);
  return placements?.map(({ steps, range }) => [
    steps.reduce((places, { keys }) => places * keys.size, 1),
    [...steps, ...(range ? [range] : [])].map(({ path }) => path.join('.')).join(),
  ]);
}

describe('placementsOf', () => {
  it.each<[string, unknown, readonly [number, string][] | undefined]>([
    ['one field', { room: 1 }, [[1, 'room']]],
    ['fields by their path', { b: 1, a: 2 }, [[1, 'a,b']]],
    ['four fields of many', { a: 1, b: 2, c: 3, d: 4, e: 5 }, [[1, 'a,b,c,d']]],
    ['a long list', { a: { in: numbers(1_000) } }, [[1_000, 'a']]],
    ['a list behind single values', { a: { in: numbers(256) }, b: 1, c: 2 }, [[256, 'b,c,a']]],
    ['single values, not a long list beside them', { a: { in: numbers(257) }, b: 1, c: 2 }, [[1, 'b,c']]],
    ['short lists, combined', { a: { in: numbers(8) }, b: { in: numbers(8) } }, [[64, 'a,b']]],
    ['the shortest of lists that are too long together', { a: { in: numbers(9) }, b: { in: numbers(8) } }, [[8, 'b']]],
    ['a range as well', { a: { in: numbers(8) }, b: { in: numbers(64) }, c: { gt: 1 } }, [[8, 'a,c']]],
    ['no range in each of many', { a: { in: numbers(9) }, c: { gt: 1 } }, [[9, 'a']]],
    [
      'alternatives, which share what a condition may take',
      { or: numbers(8).map((c) => ({ c })), a: { in: numbers(5) } },
      numbers(8).map(() => [5, 'c,a']),
    ],
    [
      'none where each list is too long',
      { or: [{ a: { in: numbers(1_000) } }, { a: { in: numbers(1_000) } }, { a: { in: numbers(1_000) } }] },
      undefined,
    ],
  ])('takes places for %s', (_, filter, expected) => {
    expect(placesOf(filter)).toEqual(expected);
  });
});
