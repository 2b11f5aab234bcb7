import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Decimal, RecordId, type RecordIdValue } from 'surrealdb';
import { anyFilter, databaseRow, TYPED_TEXTS } from '../../test/support/filter-arbitraries.js';
import { exactValue } from '../values/exact-value.js';
import { compileCondition } from './compile-condition.js';
import type { Condition } from './condition.js';
import { FilterIndex } from './filter-index.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 100, depth: 10 };

function parse(filter: unknown): Condition {
  return parseFilter(filter, LIMITS);
}

function indexOf(filters: Record<string, unknown>): FilterIndex<string> {
  const index = new FilterIndex<string>();
  for (const [name, filter] of Object.entries(filters)) index.add(parse(filter), name);
  return index;
}

describe('FilterIndex', () => {
  it('finds every filter that matches, whatever was added and removed before', () => {
    const filters = fc.array(anyFilter.map(parse), { maxLength: 40 });
    fc.assert(
      fc.property(filters, filters, fc.array(databaseRow, { maxLength: 20 }), (kept, dropped, rows) => {
        const index = new FilterIndex<Condition>();
        for (const condition of [...dropped, ...kept]) index.add(condition, condition);
        for (const condition of dropped) index.remove(condition);
        for (const row of rows) {
          const found = index.candidates(row);
          for (const condition of dropped) expect(found.has(condition)).toBe(false);
          const missed = kept.filter((condition) => compileCondition(condition)(row) && !found.has(condition));
          expect(missed).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, string[]]>([
    ['equality', { hit: { room: 'a' }, miss: { room: 'b' } }, { room: 'a' }, ['hit']],
    ['several fields', { hit: { room: 'a', kind: 1 }, miss: { room: 'a', kind: 2 } }, { room: 'a', kind: 1 }, ['hit']],
    ['in', { hit: { room: { in: ['a', 'b'] } }, miss: { room: { in: ['c'] } } }, { room: 'b' }, ['hit']],
    [
      'bounds on both sides',
      { hit: { age: { gte: 10, lt: 20 } }, below: { age: { gte: 20, lt: 30 } }, above: { age: { gt: 0, lt: 5 } } },
      { age: 15 },
      ['hit'],
    ],
    [
      'a range within equality',
      {
        hit: { room: 'a', age: { gt: 10 } },
        range: { room: 'a', age: { gt: 20 } },
        room: { room: 'b', age: { gt: 10 } },
      },
      { room: 'a', age: 15 },
      ['hit'],
    ],
    [
      'startsWith',
      { hit: { name: { startsWith: 'ab' } }, miss: { name: { startsWith: 'b' } } },
      { name: 'abc' },
      ['hit'],
    ],
    [
      'branches of or',
      { hit: { or: [{ room: 'a' }, { owner: 'x' }] }, miss: { or: [{ room: 'b' }, { owner: 'y' }] } },
      { room: 'c', owner: 'x' },
      ['hit'],
    ],
    [
      'a negated bound',
      { hit: { not: { age: { gt: 20 } } }, miss: { not: { age: { gt: 10 } } } },
      { age: 15 },
      ['hit'],
    ],
    [
      'record ids by their text',
      { hit: { author: 'person:1' }, miss: { author: 'person:2' } },
      { author: new RecordId('person', 1) },
      ['hit'],
    ],
    [
      'paths',
      { hit: { 'address.city': 'Rome' }, miss: { 'address.city': 'Oslo' } },
      { address: { city: 'Rome' } },
      ['hit'],
    ],
    ['missing fields below a bound', { hit: { age: { lt: 5 } }, miss: { age: { gt: 5 } } }, {}, ['hit']],
  ])('looks up %s', (_, filters, row, expected) => {
    expect([...indexOf(filters).candidates(row)]).toEqual(expected);
  });

  it('finds every list that holds what rights ask for, and every text, object or range that might', () => {
    const values = [...TYPED_TEXTS.values(), ...TYPED_TEXTS.keys(), null, true, 0, 1.5, -3, 'a', 'b', '😀'];
    const holds = fc
      .constantFrom(...values.flatMap((value) => (exactValue(value) ? [exactValue(value)] : [])))
      .map((operand): Condition => ({ kind: 'compare', path: ['a'], operator: 'holds', operand }));
    const condition = fc.oneof(
      holds,
      fc.array(holds, { minLength: 1, maxLength: 3 }).map((of): Condition => ({ kind: 'or', of })),
      fc.tuple(holds, anyFilter.map(parse)).map((of): Condition => ({ kind: 'and', of })),
      holds.map((of): Condition => ({ kind: 'not', of })),
    );
    const list = fc.oneof(
      fc.array(fc.constantFrom(...values), { maxLength: 12 }),
      fc.uniqueArray(fc.constantFrom(...values), { maxLength: 4 }).map((items) => new Set(items)),
    );
    const row = fc.tuple(databaseRow, list, fc.boolean()).map(([one, a, isList]) => (isList ? { ...one, a } : one));
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(condition, { maxLength: 20 }),
        fc.array(condition, { maxLength: 9 }),
        row,
        (kept, dropped, found) => {
          const index = new FilterIndex<Condition>();
          for (const one of [...dropped, ...kept]) index.add(one, one);
          for (const one of dropped) index.remove(one);
          const candidates = index.candidates(found);
          const wanted = kept.filter((one) => compileCondition(one)(found));
          matched += wanted.length;
          expect(wanted.filter((one) => !candidates.has(one))).toEqual([]);
          for (const one of dropped) expect(candidates.has(one)).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
    expect(matched).toBeGreaterThan(100);
  });

  it('looks up lists by what rights ask them to hold', () => {
    const index = new FilterIndex<string>();
    for (const name of ['ann', 'bob', 'cem']) {
      const operand = ['record', `user:${name}`];
      index.add({ kind: 'compare', path: ['members'], operator: 'holds', operand }, name);
    }
    const [ann, bob] = [new RecordId('user', 'ann'), new RecordId('user', 'bob')];
    expect([...index.candidates({ members: [ann, bob, ann] })].sort()).toEqual(['ann', 'bob']);
    expect([...index.candidates({ members: new Set([bob]) })]).toEqual(['bob']);
    expect([...index.candidates({ members: ann })]).toEqual([]);
    expect([...index.candidates({})]).toEqual([]);
    expect([...index.candidates({ members: 'user:ann' })].sort()).toEqual(['ann', 'bob', 'cem']);
    for (const name of ['ann', 'bob', 'cem']) index.remove(name);
    expect([...index.candidates({ members: 'user:ann' })]).toEqual([]);
  });

  it('offers what can not be looked up to every row', () => {
    const index = indexOf({ all: {}, negated: { room: { ne: 'a' } }, part: { tags: { contains: 'x' } } });
    expect([...index.candidates({})]).toEqual(['all', 'negated', 'part']);
  });

  it('finds an item once, and under its newest condition only', () => {
    const index = indexOf({ item: { or: [{ a: 1 }, { b: 1 }] } });
    expect([...index.candidates({ a: 1, b: 1 })]).toEqual(['item']);
    index.add(parse({ a: 2 }), 'item');
    expect([...index.candidates({ a: 1, b: 1 })]).toEqual([]);
    expect(index.size).toBe(1);
  });

  it.each<[string, RecordIdValue]>([
    ['t:[ 1 ]', [new Decimal('1')]],
    ['t:[ 1dec ]', [1]],
    ['t:[ 0.1 ]', [new Decimal('0.1')]],
    ['t:[ 1.50dec ]', [1.5]],
    ['t:[ -0.5 ]', [new Decimal('-0.5')]],
    ['t:[ 9007199254740993dec ]', [9_007_199_254_740_993n]],
    ["t:['a', 1]", ['a', 1n]],
    ["t:{ b: 1, a: 'x' }", { a: 'x', b: new Decimal('1.0') }],
  ])('finds %s for the equal id with %j', (text, key) => {
    const row = { owner: new RecordId('t', key) };
    expect(compileCondition(parse({ owner: text }))(row)).toBe(true);
    for (const filter of [{ owner: text }, { owner: { in: ['x', text] } }]) {
      expect([...indexOf({ hit: filter }).candidates(row)]).toEqual(['hit']);
    }
  });
});
