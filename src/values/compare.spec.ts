import { describe, expect, it } from '@jest/globals';
import { DateTime, Decimal, Duration, GeometryPoint, RecordId, Table, Uuid } from 'surrealdb';
import { compareValues, equalValues } from './compare.js';

const id = (key: ConstructorParameters<typeof RecordId>[1]) => new RecordId('t', key);

/** Each is less than the next, as SurrealDB 3 sorts them. */
const ASCENDING: unknown[] = [
  undefined,
  null,
  false,
  true,
  -Infinity,
  -9_007_199_254_740_993n,
  -1.5,
  0,
  new Decimal('0.5'),
  1,
  1.5,
  new Decimal('1.6'),
  9_007_199_254_740_992,
  9_007_199_254_740_993n,
  Infinity,
  NaN,
  '',
  'a',
  'ab',
  'b',
  '\uffee',
  '😀',
  new Duration('1s'),
  new Duration('1h'),
  new DateTime([-1n, 999_999_999n]),
  new DateTime([0n, 0n]),
  new DateTime([0n, 1n]),
  new Uuid('018f6f2e-0000-7000-8000-000000000000'),
  [],
  [1],
  [1, null],
  [2],
  new Set([1]),
  {},
  { a: 1 },
  { a: 1, b: 1 },
  { a: 2 },
  { b: 0 },
  new GeometryPoint([1, 2]),
  new Uint8Array([0]),
  new Uint8Array([0, 1]),
  new Uint8Array([1]),
  new Table('t'),
  new RecordId('s', 9),
  id(1),
  id(2),
  id('1'),
  id('a'),
  id(new Uuid('018f6f2e-0000-7000-8000-000000000000')),
  id([1]),
  id({ x: 1 }),
];

describe('compareValues', () => {
  it('sorts by type, then by value', () => {
    ASCENDING.forEach((a, i) => {
      ASCENDING.forEach((b, j) => {
        expect([a, b, Math.sign(compareValues(a, b))]).toEqual([a, b, Math.sign(i - j)]);
      });
    });
  });

  it.each<[unknown, unknown]>([
    [1, 1n],
    [2, new Decimal('2.0')],
    [0, -0],
    [0.1, new Decimal('0.1')],
    [NaN, NaN],
    [
      { a: 1, b: [2] },
      { b: [new Decimal('2')], a: 1n },
    ],
    [new Uint8Array([1]), new Uint8Array([1]).buffer],
  ])('takes %j and %j for equal', (a, b) => {
    expect(compareValues(a, b)).toBe(0);
    expect(equalValues(a, b)).toBe(true);
  });

  it('puts a float above the decimal that it was rounded from, as SurrealDB does', () => {
    expect(compareValues(1.1, new Decimal('1.1'))).toBeGreaterThan(0);
    expect(compareValues(19.99, new Decimal('19.99'))).toBeLessThan(0);
  });
});
