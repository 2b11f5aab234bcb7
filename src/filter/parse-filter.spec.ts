import { describe, expect, it } from '@jest/globals';
import { CommandError } from '../errors/command-error.js';
import { EVERY_ROW, type Condition, type Operator } from './condition.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 16, depth: 4 };

function compare(path: string, operator: Operator, operand: unknown): Condition {
  return { kind: 'compare', path: path.split('.'), operator, operand };
}

function refusal(filter: unknown): [string, string] {
  try {
    parseFilter(filter, LIMITS);
  } catch (error) {
    if (error instanceof CommandError) return [error.code, error.message];
    throw error;
  }
  return ['none', ''];
}

function nested(levels: number): unknown {
  return levels === 0 ? { a: 1 } : { not: nested(levels - 1) };
}

function nestedArray(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels));
}

function branches(count: number): unknown {
  return { or: Array.from({ length: count }, (_, i) => ({ a: i })) };
}

function branching(count: number): unknown {
  return { or: Array(count).fill({}) };
}

function lists(conditions: number, elements: number): unknown {
  return Object.fromEntries(Array.from({ length: conditions }, (_, i) => [`f${i}`, { in: Array(elements).fill('x') }]));
}

function object(fields: number): unknown {
  return Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, i]));
}

describe('parseFilter', () => {
  it.each<[unknown, Condition]>([
    [{}, EVERY_ROW],
    [{ room: 'general' }, compare('room', 'eq', 'general')],
    [{ room: null }, compare('room', 'eq', null)],
    [{ tags: ['a'] }, compare('tags', 'eq', ['a'])],
    [{ 'address.city': 'Rome' }, compare('address.city', 'eq', 'Rome')],
    [{ place: { eq: { city: 'Rome' } } }, compare('place', 'eq', { city: 'Rome' })],
    [{ age: { gte: 18, lt: 65 } }, { kind: 'and', of: [compare('age', 'gte', 18), compare('age', 'lt', 65)] }],
    [
      { a: 1, b: 2 },
      { kind: 'and', of: [compare('a', 'eq', 1), compare('b', 'eq', 2)] },
    ],
    [{ a: { in: [] } }, compare('a', 'in', [])],
    [{ or: [{ a: 1 }, { b: 2 }] }, { kind: 'or', of: [compare('a', 'eq', 1), compare('b', 'eq', 2)] }],
    [{ not: { a: { exists: true } } }, { kind: 'not', of: compare('a', 'exists', true) }],
  ])('reads %j', (filter, condition) => {
    expect(parseFilter(filter, LIMITS)).toEqual(condition);
  });

  it.each<[unknown, string]>([
    [null, 'filter has'],
    ['a', 'filter has'],
    [[], 'filter has'],
    [{ age: {} }, 'filter.age needs an operator'],
    [{ age: { above: 1 } }, 'filter.age.above is no operator'],
    [{ age: { gte: 1, constructor: 1 } }, 'filter.age.constructor is no operator'],
    [{ age: { in: 5 } }, 'filter.age.in has'],
    [{ age: { nin: { 0: 1 } } }, 'filter.age.nin has'],
    [{ name: { startsWith: 5 } }, 'filter.name.startsWith has'],
    [{ name: { exists: 'yes' } }, 'filter.name.exists has'],
    [{ or: [] }, 'filter.or has'],
    [{ or: { a: 1 } }, 'filter.or has'],
    [{ or: [{ a: 1 }, 5] }, 'filter.or[1] has'],
    [{ or: [{ a: 1 }, { b: { x: 1 } }] }, 'filter.or[1].b.x is no operator'],
    [{ not: [] }, 'filter.not has'],
    [{ '': 1 }, 'filter. is no field'],
    [JSON.parse('{"age": 1e999}'), 'filter.age has to be a number'],
    [JSON.parse('{"age": {"gte": -1e999}}'), 'filter.age.gte has to be a number'],
    [JSON.parse('{"not": {"age": {"nin": [1, 1e999]}}}'), 'filter.not.age.nin has to be a number'],
    [JSON.parse('{"or": [{"place": {"eq": {"at": [-1e999]}}}]}'), 'filter.or[0].place.eq has to be a number'],
    [{ name: '\ud800' }, 'filter.name has to be Unicode'],
    [{ name: { startsWith: '😀'.slice(0, 1) } }, 'filter.name.startsWith has to be Unicode'],
    [{ name: { eq: { '\udc00': 1 } } }, 'filter.name.eq has to be Unicode'],
    [{ '\ud800': 1 }, 'filter.\ud800 is no field'],
    [{ 'a..b': 1 }, 'filter.a..b is no field'],
    [JSON.parse('{"__proto__": 1}'), 'filter.__proto__ is no field'],
  ])('refuses %j, naming the place', (filter, message) => {
    const [code, text] = refusal(filter);
    expect(code).toBe('INVALID_FILTER');
    expect(text.startsWith(message)).toBe(true);
  });

  it.each<[string, unknown, unknown]>([
    ['conditions', branches(16), branches(17)],
    ['levels', nested(4), nested(5)],
    ['choices', { a: { in: Array(1000).fill(1) } }, { a: { in: Array(1001).fill(1) } }],
    ['levels of a value', { a: nestedArray(16) }, { a: nestedArray(9999) }],
    ['empty branches', { or: Array(16).fill({}) }, { or: Array(17).fill({}) }],
    [
      'branches of branches',
      { or: Array(16).fill(branching(16)) },
      { or: Array(5).fill({ or: Array(16).fill(branching(16)) }) },
    ],
    ['choices of all conditions together', lists(16, 63), lists(16, 64)],
    ['elements of arrays', { a: Array(1023).fill(1) }, { a: Array(1024).fill(1) }],
    [
      'elements of arrays to contain',
      { a: { contains: Array(1023).fill(1) } },
      { a: { contains: Array(1024).fill(1) } },
    ],
    ['elements within elements', { a: Array(31).fill(Array(32).fill(1)) }, { a: Array(32).fill(Array(32).fill(1)) }],
    ['fields of objects', { a: { eq: object(1023) } }, { a: { eq: object(1024) } }],
    ['record ids with composite keys', { a: { in: Array(60).fill('t:[1]') } }, { a: { in: Array(61).fill('t:[1]') } }],
    ['arrays among choices', { a: { in: Array(60).fill([]) } }, { a: { in: Array(61).fill([]) } }],
  ])('bounds %s', (_, within, beyond) => {
    expect(refusal(within)[0]).toBe('none');
    expect(refusal(beyond)[0]).toBe('LIMIT_EXCEEDED');
  });

  it('calls the filter what the caller calls it', () => {
    expect(() => parseFilter({ a: {} }, LIMITS, 'topics.notes.where')).toThrow('topics.notes.where.a needs');
  });
});
