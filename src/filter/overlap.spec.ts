import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecordId } from 'surrealdb';
import { compileCondition } from './compile-condition.js';
import { FilterIndex } from './filter-index.js';
import { Overlap } from './overlap.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 16, depth: 4, elements: 1_024 };

function mostOf(filters: readonly object[]): number {
  const [index, overlap] = [new FilterIndex<object>(), new Overlap()];
  for (const filter of filters) {
    index.add(parseFilter(filter, LIMITS), filter);
    overlap.add(index.reachOf(filter));
  }
  return overlap.most;
}
const ten = (filterOf: (n: number) => object) => Array.from({ length: 10 }, (_, n) => filterOf(n));

describe('Overlap', () => {
  it.each<[string, readonly object[], number]>([
    ['of which each row is for one at most', ten((n) => ({ room: `r${n}` })), 1],
    ['that differ in one of two fields', ten((n) => ({ tenant: 'a', room: n })), 1],
    ['with one value in common', ten((n) => ({ kind: 'common', by: { nin: [`p${n}`, 'x'] } })), 10],
    ['of other fields', ten((n) => ({ [`f${n}`]: 1 })), 10],
    ['of ranges', ten((n) => ({ n: { gte: n } })), 10],
    ['that can not be looked up', ten((n) => ({ room: { ne: `r${n}` } })), 10],
    ['of short lists, two of which share a value', ten((n) => ({ room: { in: [n, n + 1] } })), 2],
    ['of long lists', ten((n) => ({ room: { in: Array.from({ length: 9 }, (_, i) => 100 * n + i) } })), 10],
    ['of alternatives', ten((n) => ({ or: [{ a: n }, { b: n }] })), 2],
    ['of long texts', ten((n) => ({ text: `${'x'.repeat(10_000)}${n}` })), 1],
  ])('says of filters %s how many one row can be for', (_name, filters, most) => {
    expect(mostOf(filters)).toBe(most);
  });

  it('is never less than what rows are for, whatever is added and removed, and what it foretells comes', () => {
    const value = fc.constantFrom(1, 2, '2', 'a', true, null, 'person:1');
    const filter = fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.oneof(value, fc.record({ in: fc.array(value, { minLength: 1 }) })),
    );
    const row = fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(value, fc.constant(new RecordId('person', 1))));
    fc.assert(
      fc.property(fc.array(filter), fc.array(row), fc.func(fc.boolean()), (filters, rows, stays) => {
        const [index, overlap] = [new FilterIndex<number>(), new Overlap()];
        const conditions = filters.map((each) => parseFilter(each, LIMITS));
        for (const [n, condition] of conditions.entries()) {
          index.add(condition, n);
          const foretold = overlap.with(index.reachOf(n));
          overlap.add(index.reachOf(n));
          expect(overlap.most).toBe(foretold);
        }
        const left = conditions.filter((_, n) => stays(n) || void overlap.remove(index.reachOf(n)));
        for (const each of rows) {
          const found = left.filter((condition) => compileCondition(condition)({ id: new RecordId('t', 1), ...each }));
          expect(overlap.most).toBeGreaterThanOrEqual(found.length);
        }
        for (const [n] of conditions.entries()) if (stays(n)) overlap.remove(index.reachOf(n));
        expect(overlap.most).toBe(0);
      }),
    );
  });
});
