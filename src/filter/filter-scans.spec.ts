import { describe, expect, it } from '@jest/globals';
import { FilterIndex } from './filter-index.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 16, depth: 4, elements: 4_000 };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

function scansOf(filter: unknown): number {
  const index = new FilterIndex<string>();
  const condition = parseFilter(filter, LIMITS);
  index.add(condition, 'it');
  return index.scansOf('it', condition);
}

describe('filterScans', () => {
  it('are counted of what stands beside a list that rights look into: any row may be in many of those', () => {
    const index = new FilterIndex<string>();
    const filter = parseFilter({ by: { nin: numbers(100) } }, LIMITS);
    const holds = { kind: 'compare', path: ['members'], operator: 'holds', operand: ['record', 'user:ann'] } as const;
    index.add({ kind: 'and', of: [filter, holds] }, 'it');
    expect(index.scansOf('it', filter)).toBe(16);
    expect(index.reachOf('it')).toEqual(index.reachOf('nothing'));
  });

  it.each<[string, unknown, number]>([
    ['nothing', {}, 0],
    ['equality', { room: 1 }, 0],
    ['a list', { room: { in: numbers(1_000) } }, 0],
    ['a range', { age: { gte: 1, lt: 9 } }, 0],
    ['a prefix', { name: { startsWith: 'a' } }, 0],
    ['no room', { not: { room: { ne: 1 } } }, 0],
    ['what can not be looked up beside equality', { room: 1, by: { nin: numbers(100) }, at: { exists: true } }, 0],
    ['inequality', { owner: { ne: 'user-1' } }, 1],
    ['existence', { at: { exists: false } }, 1],
    ['negation', { not: { room: 1 } }, 1],
    ['what is true of every row', { not: { or: [{ not: {} }] } }, 1],
    ['a part', { text: { contains: 'a' } }, 2],
    ['no prefix', { not: { name: { startsWith: 'a' } } }, 1],
    ['one of what can not be looked up', { or: [{ room: 1 }, { owner: { ne: 2 } }, { age: { gt: 3 } }] }, 3],
    ['a list of others', { by: { nin: numbers(1_000) } }, 16],
    ['a list of one', { by: { nin: [1] } }, 1],
    ['lists of others', { a: { nin: numbers(2) }, b: { nin: numbers(2) }, c: { ne: 1 } }, 33],
    ['an array', { a: [1, 2, 3] }, 9],
    ['a long array', { a: numbers(399) }, 108],
    ['arrays among others', { a: { nin: [1, [1], [2]] } }, 20],
    ['record ids with such keys', { a: { nin: ['p:1', 'p:[1]'] } }, 18],
    // A range can hold every row.
    ['a list of others behind a range', { age: { gt: -1e300 }, by: { nin: numbers(100) } }, 16],
    ['little behind a range', { age: { gt: -1e300 }, by: { ne: 1 }, kind: { exists: true } }, 0],
    ['a part behind a range', { name: { startsWith: '' }, text: { contains: 'a' } }, 2],
    // What takes too many places is in none.
    ['lists that are too long together', { or: numbers(3).map(() => ({ a: { in: numbers(1_000) } })) }, 48],
    [
      'too many alternatives',
      { or: numbers(2).map((n) => ({ a: { in: numbers(600) }, b: { in: numbers(600) }, c: { gt: n } })) },
      0,
    ],
  ])('are counted of %s', (_, filter, scans) => {
    expect(scansOf(filter)).toBe(scans);
  });

  it('are none of what is not there', () => {
    expect(new FilterIndex<string>().scansOf('it', parseFilter({}, LIMITS))).toBe(0);
  });
});
