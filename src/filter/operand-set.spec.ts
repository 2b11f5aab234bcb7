import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime, Decimal, Duration, RecordId, Uuid } from 'surrealdb';
import { databaseRow, TYPED_TEXTS } from '../../test/support/filter-arbitraries.js';
import { equalValues } from '../values/compare.js';
import { OperandSet } from './operand-set.js';
import { typedOperand } from './operand.js';

const UUID = '018f6f2e-0000-7000-8000-00000000000a';

const operand = fc.oneof(
  fc.constantFrom<unknown>(
    ...TYPED_TEXTS.keys(),
    '',
    'a',
    '1.50',
    '-0',
    '1e3',
    '9007199254740993',
    '9223372036854775807',
  ),
  fc.constantFrom<unknown>(null, true, false, 0, -0, 1, 1.5, 0.1, 1.1, 0.30000000000000004, 2 ** 53, 2 ** 62, 1e300),
  fc.constantFrom<unknown>([], ['a', 1], ['person:1'], {}, { a: 1 }, { a: 'person:1' }),
);

const special = fc.constantFrom<unknown>(
  undefined,
  NaN,
  Infinity,
  -0,
  2 ** 62,
  2n ** 62n,
  9_007_199_254_740_993n,
  2n ** 63n - 1n,
  new Decimal('1.500'),
  new Decimal('-0.0'),
  new Decimal('0.1'),
  new Decimal('0.30000000000000004'),
  new Decimal('9007199254740992'),
  new RecordId('person', ['a', new Decimal('1')]),
  new RecordId('person', { b: 1, a: [2] }),
);
const value = fc.oneof(
  databaseRow.chain((row) => fc.constantFrom<unknown>(...Object.values(row), null)),
  special,
);

describe('OperandSet', () => {
  it('has what one of its operands equals, each read beside the value', () => {
    fc.assert(
      fc.property(fc.array(operand, { maxLength: 8 }), fc.array(value, { maxLength: 20 }), (operands, values) => {
        const set = new OperandSet(operands);
        const equalsOne = (item: unknown) => operands.some((one) => equalValues(item, typedOperand(one)(item)));
        expect(values.map((item) => set.has(item))).toEqual(values.map(equalsOne));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, unknown, unknown]>([
    ['a record id', 'person:⟨a⟩', new RecordId('person', 'a')],
    ['a record id with an object for its key', 'person:{ "b": 1, "a": 2 }', new RecordId('person', { a: 2, b: 1 })],
    ['a datetime with another zone', '2024-01-01T01:00:00+01:00', new DateTime([1_704_067_200n, 0n])],
    ['a duration', '90m', new Duration('1h30m')],
    ['a decimal written longer', '1.50', new Decimal('1.5')],
    ['a decimal beside a number', 1.5, new Decimal('1.50')],
    ['a number beside a decimal that is not the nearest', 0.1, new Decimal('0.1')],
    ['a uuid in capitals', UUID.toUpperCase(), new Uuid(UUID)],
    ['bytes', 'AQID', new Uint8Array([1, 2, 3]).buffer],
    ['bytes whose last bits say nothing', 'QR==', new Uint8Array([65])],
    ['an integer beyond the safe ones', '9007199254740993', 9_007_199_254_740_993n],
  ])('finds %s', (_, one, equal) => {
    expect(new OperandSet(['other', one]).has(equal)).toBe(true);
    expect(new OperandSet(['other', one]).has(String(one))).toBe(typeof one === 'string');
  });

  it.each<[string, string, unknown]>([
    ['a decimal', '1', 1],
    ['a duration', '1s', new DateTime([1n, 0n])],
    ['a uuid', UUID, new RecordId('person', UUID)],
    ['an integer', '5', 5n],
  ])('does not take the text of %s for a value of another type', (_, one, other) => {
    expect(new OperandSet([one]).has(other)).toBe(false);
  });
});
