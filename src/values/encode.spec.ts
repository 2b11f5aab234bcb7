import { describe, expect, it } from '@jest/globals';
import {
  BoundExcluded,
  BoundIncluded,
  DateTime,
  Decimal,
  Duration,
  FileRef,
  GeometryPoint,
  Range,
  RecordId,
  Table,
  Uuid,
} from 'surrealdb';
import { encodeRow, encodeValue } from './encode.js';

const UUID = '018f6f2e-0000-7000-8000-000000000000';

describe('encodeValue', () => {
  it.each<[string, unknown, unknown]>([
    ['text', 'a"😀', 'a"😀'],
    ['numbers', 1.5, 1.5],
    ['integers beyond 2^53', 9_007_199_254_740_993n, '9007199254740993'],
    ['null', null, null],
    ['record ids', new RecordId('t', 'a-b'), 't:⟨a-b⟩'],
    ['datetimes', new DateTime([1_704_067_200n, 0n]), '2024-01-01T00:00:00.000Z'],
    ['nanoseconds', new DateTime([1_704_067_200n, 999_999_999n]), '2024-01-01T00:00:00.999999999Z'],
    ['microseconds', new DateTime([1_704_067_200n, 1_000n]), '2024-01-01T00:00:00.000001Z'],
    ['milliseconds', new DateTime([1_704_067_200n, 120_000_000n]), '2024-01-01T00:00:00.120Z'],
    ['datetimes before 1970', new DateTime([-1n, 5n]), '1969-12-31T23:59:59.000000005Z'],
    ['durations', new Duration('90m'), '1h30m'],
    ['decimals', new Decimal('12.30'), '12.3'],
    ['uuids', new Uuid(UUID), UUID],
    ['bytes', new Uint8Array([1, 2, 3]), 'AQID'],
    ['buffers', new Uint8Array([255]).buffer, '/w=='],
    ['points', new GeometryPoint([1, 2]), { type: 'Point', coordinates: [1, 2] }],
    ['tables', new Table('t'), 't'],
    ['files', new FileRef('b', 'k'), 'b:/k'],
    ['ranges', new Range(new BoundIncluded(1), new BoundExcluded(3)), '1..3'],
    ['sets', new Set([1, new RecordId('t', 1)]), [1, 't:1']],
    ['arrays', [1, new Uuid(UUID), [2n ** 60n]], [1, UUID, ['1152921504606846976']]],
  ])('writes %s', (_, value, encoded) => {
    expect(encodeValue(value)).toEqual(encoded);
  });

  it('copies nothing that is JSON already', () => {
    const value = { a: [1, { b: 'x' }], c: null };
    expect(encodeValue(value)).toBe(value);
  });
});

describe('encodeRow', () => {
  it('leaves NONE out and the row as it was', () => {
    const row = { id: new RecordId('t', 1), a: undefined, b: { c: undefined, d: new Uuid(UUID) } };
    expect(encodeRow(row)).toBe(`{"id":"t:1","b":{"d":"${UUID}"}}`);
    expect(row.b.d).toBeInstanceOf(Uuid);
  });

  it('writes numbers that JSON lacks as null', () => {
    expect(encodeRow({ a: NaN, b: Infinity })).toBe('{"a":null,"b":null}');
  });

  it('is not misled by data under a key __proto__', () => {
    const decoded: Record<string, unknown> = { a: 1 };
    Object.setPrototypeOf(decoded, new RecordId('t', 1));
    expect(encodeRow({ decoded })).toBe('{"decoded":{"a":1}}');
  });

  it('is not broken by data under a key __proto__ that looks like a class', () => {
    const decoded: Record<string, unknown> = { a: 1 };
    Object.setPrototypeOf(decoded, { constructor: 1, toString: 1, valueOf: 1 });
    expect(encodeRow({ decoded })).toBe('{"decoded":{"a":1}}');
  });
});
