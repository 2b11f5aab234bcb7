import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { compileCondition } from './compile-condition.js';
import { parseFilter } from './parse-filter.js';

const LIMITS = { conditions: 16, depth: 4 };
const FILTERS = 100;
const ELEMENTS = 1_000;

/** A record id that counts how often it is looked at. */
function countedRecord(): { readonly record: RecordId; readonly looks: () => number } {
  let looks = 0;
  const record = new RecordId('person', 'other');
  Object.defineProperty(record, 'id', { get: () => ((looks += 1), 'other') });
  return { record, looks: () => looks };
}

/** An array that counts how often its elements are read. */
function countedArray(elements: unknown[]): { readonly array: unknown[]; readonly reads: () => number } {
  let reads = 0;
  const get = (target: unknown[], name: string | symbol): unknown => {
    if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1;
    return Reflect.get(target, name);
  };
  return { array: new Proxy(elements, { get }), reads: () => reads };
}

function people(from: number): string[] {
  return Array.from({ length: ELEMENTS }, (_, n) => `person:p${from + n}`);
}

describe('the work of an evaluation', () => {
  it.each(['in', 'nin'])('is the same for one and for a thousand record ids of `%s`', (operator) => {
    const work = (operands: readonly string[]) => {
      const { record, looks } = countedRecord();
      const matches = compileCondition(parseFilter({ by: { [operator]: operands } }, LIMITS));
      expect(matches({ by: record })).toBe(operator === 'nin');
      return looks();
    };
    expect(work(people(0))).toBe(work(['person:p0']));
  });

  it('works out the text of a record id once, however many filters look it up', () => {
    const { record, looks } = countedRecord();
    const matches = Array.from({ length: FILTERS }, (_, n) =>
      compileCondition(parseFilter({ by: { nin: people(n).slice(0, 10) } }, LIMITS)),
    );
    matches[0]?.({ by: record });
    const once = looks();
    for (const test of matches) expect(test({ by: record })).toBe(true);
    // One look says that its key is a text.
    expect(looks()).toBeLessThanOrEqual(once + FILTERS);
  });

  it('goes through an array of a row once, however many filters ask what it contains', () => {
    const { array, reads } = countedArray(people(0).map((text) => new RecordId('person', text.slice(7))));
    for (let n = 0; n < FILTERS; n += 1) {
      const contains = (text: string) =>
        compileCondition(parseFilter({ friends: { contains: text } }, LIMITS))({ friends: array });
      expect([contains(`person:p${n}`), contains(`person:q${n}`)]).toEqual([true, false]);
    }
    expect(reads()).toBeLessThan(2 * ELEMENTS);
  });

  it.each<[string, unknown[], unknown, boolean]>([
    ['numbers beside decimals', [...Array(20).keys(), 0.1], '0.1', false],
    ['numbers', [...Array(20).keys()], 7, true],
    ['arrays', [...Array(20).keys(), ['person:1']], ['person:1'], true],
    ['arrays with what a text stands for', [...Array(20).keys(), [new RecordId('person', 1)]], ['person:1'], true],
    ['null', [...Array(20).keys(), null], null, true],
  ])('of `contains` finds %s in a long array as in a short one', (_, list, operand, expected) => {
    const matches = compileCondition(parseFilter({ list: { contains: operand } }, LIMITS));
    expect(matches({ list })).toBe(expected);
    expect(matches({ list: list.slice(-1) })).toBe(expected && typeof operand !== 'number');
  });
});
