import { describe, expect, it } from '@jest/globals';
import { encode, Tagged } from 'cborg';
import fc from 'fast-check';
import { encodeUuid, joinArray, joinEnvelope, NONE, readText, readValue, splitEnvelope } from './envelope.js';

const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array(),
    fc.constantFrom(null, true, false),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
    tie('value').map((value) => new Tagged(12, value)),
  ),
})).value;

describe('an envelope', () => {
  it('is put together again byte for byte', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), values), (object) => {
        const bytes = Buffer.from(encode(object));
        const envelope = splitEnvelope(bytes);
        expect([...envelope.keys()].sort()).toEqual(Object.keys(object).sort());
        for (const [key, value] of envelope) expect(Buffer.from(value)).toEqual(Buffer.from(encode(object[key])));
        expect(joinEnvelope(envelope)).toEqual(bytes);
      }),
    );
  });

  it('is read from maps and arrays of indefinite length', () => {
    const bytes = Buffer.from('bf6161 9f01ff 6162 bf6163 02ff ff'.replaceAll(' ', ''), 'hex');
    const envelope = splitEnvelope(bytes);
    expect([...envelope].map(([key, value]) => [key, Buffer.from(value).toString('hex')])).toEqual([
      ['a', '9f01ff'],
      ['b', 'bf616302ff'],
    ]);
  });

  it.each([
    ['nothing', ''],
    ['an array', '80'],
    ['a number as key', 'a10102'],
    ['a map that is cut off', 'a26161 01'.replace(' ', '')],
    ['a reserved byte', 'a161611c'],
  ])('is not made of %s', (_, hex) => {
    expect(() => splitEnvelope(Buffer.from(hex, 'hex'))).toThrow();
  });
});

it('reads what it wrote', () => {
  const uuid = '0189dcd5-5311-4d40-8db0-9496a2eef37b';
  expect(readValue(joinArray([encodeUuid(uuid), NONE, encode('text')]))).toEqual([uuid, undefined, 'text']);
  expect(readText(encode('text'))).toBe('text');
  expect(readText(encode(1))).toBeUndefined();
  expect(readText(undefined)).toBeUndefined();
});
