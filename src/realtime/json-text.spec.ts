import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOfJson } from './json-text.js';

function isValue(text: string): boolean {
  const bytes = Buffer.from(text);
  return endOfJson(bytes, 0) === bytes.length;
}

/** To what JSON.stringify would write again: there is none for a number that is too large. */
function parses(text: string): boolean {
  try {
    let finite = true;
    JSON.parse(text, (_, value: unknown) => {
      finite &&= typeof value !== 'number' || Number.isFinite(value);
      return value;
    });
    return finite;
  } catch {
    return false;
  }
}

/** What may stand between two tokens, and what looks as if it might. */
const TOKENS = ['{', '}', '[', ']', ',', ':', '"', '""', '"a"', '"\\u00e9"', '"\\x"', '"\\u12"', '\\', 'true', 'nul']
  .concat([
    'null',
    'false',
    '0',
    '-0',
    '01',
    '-',
    '1.5',
    '1.',
    '.5',
    '1e9',
    '1e999',
    '1E+',
    '1e-2',
    '+1',
    'NaN',
    'é',
    '😀',
  ])
  .concat([' ', '\n', '\t', '\r', '\f', '\u00a0', '\u0000', '/*']);

describe('the end of a JSON value', () => {
  it.each([
    ['{}', 2],
    ['[]', 2],
    ['{"a":[1,{"b":null}],"c":"}"}', 28],
    ['  true}', 6],
    ['1,2', 1],
    ['-0.5e+10]', 8],
    ['"\\"\\\\"x', 6],
    ['[1 , 2 ]\n', 8],
  ])('of %s is at %i', (text, end) => {
    expect(endOfJson(Buffer.from(text), 0)).toBe(end);
  });

  it.each([
    '',
    ' ',
    '{',
    '[1',
    '[1,]',
    '{"a"}',
    '{"a":}',
    '{a:1}',
    '{"a":1,}',
    '[}',
    '{]',
    '"',
    '"\n"',
    '"\\',
    '"\\u00"',
  ])('is nowhere in %s', (text) => {
    expect(endOfJson(Buffer.from(text), 0)).toBe(-1);
  });

  it('is found of 64 levels, and not looked for in more', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(isValue(nested(64))).toBe(true);
    expect(isValue(`{"a":${nested(63)}}`)).toBe(true);
    expect(isValue(`[1,${nested(64)}]`)).toBe(false);
    expect(isValue(nested(100_000))).toBe(false);
  });

  it.each(['1e308', '1e-999', `${'9'.repeat(308)}`, `0.${'1'.repeat(400)}`, '-1.5E+0000000001'])(
    'is found of %s, which is a number',
    (text) => expect(isValue(text)).toBe(true),
  );

  it.each(['1e309', '-1e999', '{"a":[1E+0400]}', `${'9'.repeat(309)}`, `-${'9'.repeat(400)}.5`])(
    'is nowhere in %s, which is read as no number',
    (text) => expect(isValue(text)).toBe(false),
  );

  it('is found in whatever JSON.stringify writes, with any indentation', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t', '\n '), (value, space) => {
        // Indentation that is no white space of JSON would make it no JSON.
        expect(isValue(JSON.stringify(value, null, space))).toBe(true);
      }),
    );
  });

  it('is that of the text if and only if JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS), { maxLength: 12 }), (tokens) => {
        // Without the space behind a value, which is not a part of it.
        const text = tokens.join('').trimEnd();
        expect(isValue(text)).toBe(parses(text));
      }),
      { numRuns: 5_000 },
    );
  });
});
