import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unmask, wordsOf } from './masked-bytes.js';

const MASK = 4;

function unmasked(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.map((byte, at) =>
    at < start || at >= end ? byte : byte ^ (bytes[start - MASK + ((at - start) % MASK)] ?? 0),
  );
}

describe('unmask', () => {
  it('is byte by byte what RFC 6455 says, wherever the bytes lie, and leaves all others as they are', () => {
    const place = fc.record({
      memory: fc.uint8Array({ minLength: 40, maxLength: 120 }),
      offset: fc.nat(9),
      start: fc.integer({ min: MASK, max: 16 }),
      length: fc.nat(24),
    });
    fc.assert(
      fc.property(place, ({ memory, offset, start, length }) => {
        const before = memory.slice();
        const bytes = memory.subarray(offset);
        const expected = unmasked(bytes.slice(), start, Math.min(start + length, bytes.length));
        unmask(bytes, wordsOf(bytes), start, Math.min(start + length, bytes.length));
        expect(bytes).toEqual(expected);
        expect(memory.subarray(0, offset)).toEqual(before.subarray(0, offset));
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds out wherever a byte is beyond ASCII', () => {
    for (let offset = 0; offset < 4; offset += 1) {
      for (let beyond = 0; beyond < 20; beyond += 1) {
        const bytes = new Uint8Array(40).subarray(offset, offset + MASK + 20);
        expect(unmask(bytes, wordsOf(bytes), MASK, bytes.length)).toBe(true);
        bytes[MASK + beyond] = 0x80;
        expect(unmask(bytes, wordsOf(bytes), MASK, bytes.length)).toBe(false);
      }
    }
  });
});
