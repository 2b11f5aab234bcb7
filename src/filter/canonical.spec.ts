import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyFilter, databaseRow } from '../../test/support/filter-arbitraries.js';
import { canonicalText } from './canonical.js';
import { compileCondition } from './compile-condition.js';
import { normalize } from './normalize.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 100, depth: 10 };

function text(filter: unknown): string {
  return canonicalText(parseFilter(filter, LIMITS));
}

describe('canonicalText', () => {
  it.each<[unknown, unknown]>([
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1 }, { a: { eq: 1 } }],
    [{ a: 1 }, { a: { in: [1] } }],
    [{ a: { in: [1, 2] } }, { a: { in: [2, 1, 2] } }],
    [{ a: { eq: { x: 1, y: 2 } } }, { a: { eq: { y: 2, x: 1 } } }],
    [{ or: [{ a: 1 }, { b: 2 }] }, { or: [{ b: 2 }, { a: 1 }, { b: 2 }] }],
    [{ or: [{ a: 1 }] }, { a: 1 }],
    [{ or: [{ a: 1 }, { or: [{ b: 1 }, { c: 1 }] }] }, { or: [{ a: 1 }, { b: 1 }, { c: 1 }] }],
    [{ not: { a: { gt: 1 } } }, { a: { lte: 1 } }],
    [{ not: { not: { a: 1 } } }, { a: 1 }],
    [{ not: { a: 1, b: 2 } }, { or: [{ a: { ne: 1 } }, { b: { ne: 2 } }] }],
    [{ not: { a: { exists: true } } }, { a: { exists: false } }],
    [{ or: [{}, { a: 1 }] }, {}],
    [{ not: {} }, { a: { in: [] } }],
  ])('is the same for %j and %j', (one, other) => {
    expect(text(one)).toBe(text(other));
  });

  it.each<[unknown, unknown]>([
    [{ a: 1 }, { a: '1' }],
    [{ a: 1 }, { b: 1 }],
    [{ a: { gt: 1 } }, { a: { gte: 1 } }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: [1, 2] }, { a: { in: [1, 2] } }],
    [{ 'a.b': 1 }, { a: { eq: { b: 1 } } }],
    [{ a: 1, b: 2 }, { or: [{ a: 1 }, { b: 2 }] }],
    [{ a: null }, { a: { exists: false } }],
    [{}, { not: {} }],
  ])('differs for %j and %j', (one, other) => {
    expect(text(one)).not.toBe(text(other));
  });
});

describe('normalize', () => {
  it('changes the answer for no row', () => {
    fc.assert(
      fc.property(anyFilter, fc.array(databaseRow, { maxLength: 20 }), (filter, rows) => {
        const condition = parseFilter(filter, LIMITS);
        expect(rows.map(compileCondition(normalize(condition)))).toEqual(rows.map(compileCondition(condition)));
      }),
      { numRuns: 200 },
    );
  });
});
