import { describe, expect, it } from '@jest/globals';
import { CborCodec, DateTime, RecordId } from 'surrealdb';
import { CborCursor } from './cbor-cursor.js';

const codec = new CborCodec({});

/** Encoded values, one behind the other. */
function encoded(...values: unknown[]): Uint8Array {
  return Buffer.concat(values.map((value) => codec.encode(value)));
}

describe('CborCursor', () => {
  it.each([
    ['small numbers', 7],
    ['numbers of one byte', 200],
    ['numbers of two', 60_000],
    ['numbers of four', 4_000_000_000],
    ['numbers of eight', 2n ** 63n],
    ['negative ones', -70_000],
    ['fractions', 1.5],
    ['text', 'é'.repeat(300)],
    ['bytes', new Uint8Array(70_000)],
    ['booleans', true],
    ['null', null],
    ['what has a tag', new RecordId('t', ['a', { b: 1 }])],
    ['tags in tags', new DateTime(new Date(0))],
    ['lists in maps in lists', [{ a: [1, { b: [] }] }, {}, [[]]]],
  ])('goes over %s', (_, value) => {
    const cursor = new CborCursor(encoded(value, 'behind'));
    expect(Buffer.from(cursor.skip())).toEqual(encoded(value));
    expect(cursor.key()).toBe('behind');
  });

  it.each([0n, 23n, 24n, 255n, 256n, 65_536n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 64n - 1n])('reads %s', (number) => {
    const cursor = new CborCursor(encoded(number, 'behind'));
    expect(cursor.unsigned()).toBe(number);
    expect(cursor.key()).toBe('behind');
  });

  it('goes into lists and maps', () => {
    const cursor = new CborCursor(encoded([{ a: 1, b: 2 }, 3]));
    expect(cursor.array()).toBe(2);
    expect(cursor.isMap).toBe(true);
    expect([cursor.map(), cursor.key(), cursor.unsigned(), cursor.key(), cursor.unsigned()]).toEqual([
      2,
      'a',
      1n,
      'b',
      2n,
    ]);
    expect([cursor.isMap, cursor.unsigned()]).toEqual([false, 3n]);
  });

  it('goes over a key that is expected, and over no other', () => {
    const cursor = new CborCursor(encoded({ key: 1, keys: 2 }));
    cursor.map();
    expect([cursor.takesKey('keys'), cursor.takesKey('ke'), cursor.takesKey('kez'), cursor.takesKey('key')]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    cursor.pass();
    const { place } = cursor;
    expect([cursor.takesKey('key'), cursor.place === place, cursor.takesKey('keys'), cursor.unsigned()]).toEqual([
      false,
      true,
      true,
      2n,
    ]);
  });

  it.each([
    ['a value of another type', encoded('text'), (cursor: CborCursor) => cursor.array()],
    ['nothing', new Uint8Array(), (cursor: CborCursor) => cursor.skip()],
    ['a number that is cut off', encoded(60_000).subarray(0, 2), (cursor: CborCursor) => cursor.unsigned()],
    ['text that is cut off', encoded('text').subarray(0, 3), (cursor: CborCursor) => cursor.skip()],
    ['a list that is cut off', encoded([1, 2, 3]).subarray(0, 3), (cursor: CborCursor) => cursor.skip()],
    ['a list without a length', Uint8Array.of(0x9f, 1, 0xff), (cursor: CborCursor) => cursor.skip()],
  ])('refuses %s', (_, bytes, read) => {
    expect(() => read(new CborCursor(bytes))).toThrow(RangeError);
  });
});
