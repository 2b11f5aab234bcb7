import { describe, expect, it } from '@jest/globals';
import { BoundExcluded, BoundIncluded, DateTime, Decimal, Duration, Range, RecordId, Uuid } from 'surrealdb';
import { compileCondition } from './compile-condition.js';
import { conditionPaths } from './condition-paths.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 16, depth: 4 };
const UUID = '018f6f2e-0000-7000-8000-00000000000a';

const ROW = {
  id: new RecordId('person', 1),
  name: 'Ada',
  face: '😀',
  age: 36,
  score: 1.5,
  vip: true,
  gone: null,
  address: { city: 'Rome' },
  tags: ['a', 'b'],
  friends: [new RecordId('person', 2), new RecordId('person', '3')],
  members: new Set([1, 2]),
  born: new DateTime([1_704_067_200n, 1n]),
  took: new Duration('90m'),
  price: new Decimal('12.50'),
  key: new Uuid(UUID),
  big: 9_007_199_254_740_993n,
  raw: new Uint8Array([1, 2, 3]).buffer,
  span: new Range(new BoundIncluded(1), new BoundExcluded(5)),
};

describe('compileCondition', () => {
  it.each<[unknown, boolean]>([
    [{}, true],
    [{ name: 'Ada' }, true],
    [{ name: 'ada' }, false],
    [{ name: 'Ada', age: 36 }, true],
    [{ name: 'Ada', age: 37 }, false],
    [{ 'address.city': 'Rome' }, true],
    [{ 'address.street': { exists: false } }, true],
    [{ 'name.city': { exists: true } }, false],
    [{ age: '36' }, false],
    [{ age: { gte: 36, lt: 37 } }, true],
    [{ age: { gt: 36 } }, false],
    // Types sort across: every text is above every number.
    [{ name: { gt: 5 } }, true],
    [{ name: { lt: 5 } }, false],
    [{ name: { ne: 5 } }, true],
    // Missing is NONE, below everything and not NULL.
    [{ missing: null }, false],
    [{ missing: { ne: null } }, true],
    [{ missing: { lt: 0 } }, true],
    [{ missing: { gte: 0 } }, false],
    [{ missing: { in: [null, 1] } }, false],
    [{ missing: { nin: [1] } }, true],
    [{ missing: { exists: false } }, true],
    [{ gone: null }, true],
    [{ gone: { exists: true } }, true],
    [{ toString: { exists: true } }, false],
    [{ name: { in: ['Ada', 'Bob'] } }, true],
    [{ name: { nin: ['Ada', 'Bob'] } }, false],
    [{ age: { in: [36, 'x'] } }, true],
    [{ name: { startsWith: 'A' } }, true],
    [{ age: { startsWith: '3' } }, false],
    [{ name: { contains: 'd' } }, true],
    [{ age: { contains: '3' } }, false],
    [{ tags: { contains: 'a' } }, true],
    [{ tags: { contains: 'c' } }, false],
    [{ tags: ['a', 'b'] }, true],
    [{ tags: ['b', 'a'] }, false],
    [{ members: { contains: 2 } }, true],
    [{ address: { contains: 'city' } }, true],
    [{ address: { eq: { city: 'Rome' } } }, true],
    [{ span: { contains: 1 } }, true],
    [{ span: { contains: 5 } }, false],
    [{ face: { gt: '\uffee' } }, true],
    // A text is read as the type of the row's value.
    [{ id: 'person:1' }, true],
    [{ id: 'person:⟨1⟩' }, false],
    [{ id: { gt: 'person:0', lt: 'person:10' } }, true],
    [{ id: { in: ['person:2', 'person:1'] } }, true],
    [{ friends: { contains: 'person:2' } }, true],
    [{ friends: { contains: 'person:⟨3⟩' } }, true],
    [{ friends: { contains: 'person:3' } }, false],
    [{ friends: ['person:2', 'person:⟨3⟩'] }, true],
    [{ born: '2024-01-01T01:00:00.000000001+01:00' }, true],
    [{ born: { gt: '2024-01-01T00:00:00Z' } }, true],
    [{ born: { lt: '2024-01-01T00:00:00Z' } }, false],
    [{ took: { gt: '1h', lt: '2h' } }, true],
    [{ price: '12.5' }, true],
    [{ price: { gt: '9' } }, true],
    [{ price: 12.5 }, true],
    [{ key: UUID.toUpperCase() }, true],
    [{ key: { contains: '00a' } }, true],
    [{ big: '9007199254740993' }, true],
    [{ big: { gt: '9007199254740992' } }, true],
    [{ age: { lt: '9007199254740993' } }, true],
    [{ raw: 'AQID' }, true],
    [{ or: [{ name: 'Bob' }, { age: 36 }] }, true],
    [{ or: [{ name: 'Bob' }, { age: 37 }] }, false],
    [{ not: { name: 'Ada' } }, false],
    [{ not: {} }, false],
    [{ not: { tags: { contains: 'x' } }, vip: true }, true],
  ])('decides %j: %s', (filter, matches) => {
    expect(compileCondition(parseFilter(filter, LIMITS))(ROW)).toBe(matches);
  });
});

describe('conditionPaths', () => {
  it('names each path once', () => {
    const condition = parseFilter({ a: { gt: 1, lt: 5 }, or: [{ 'b.c': 1 }, { not: { a: 3 } }], d: 1 }, LIMITS);
    expect(conditionPaths(condition)).toEqual([['a'], ['b', 'c'], ['d']]);
  });
});
