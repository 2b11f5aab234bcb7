import { describe, expect, it } from '@jest/globals';
import { applyTextPatch } from './text-patch.js';

describe('applyTextPatch', () => {
  it.each([
    ['nothing to do', 'abc', '', 'abc'],
    ['an insertion', 'ac', '@@ -1,2 +1,3 @@\n a\n+b\n c\n', 'abc'],
    ['a removal', 'abc', '@@ -1,3 +1,2 @@\n a\n-b\n c\n', 'ac'],
    ['a text from nothing', '', '@@ -0,0 +1,3 @@\n+abc\n', 'abc'],
    ['nothing from a text', 'abc', '@@ -1,3 +0,0 @@\n-abc\n', ''],
    ['lengths of one left out', 'a', '@@ -1 +1 @@\n-a\n+b\n', 'b'],
    [
      'several places, each counted after those before',
      'a....z',
      '@@ -1 +1,2 @@\n+A\n a\n@@ -7 +7,2 @@\n z\n+Z\n',
      'Aa....zZ',
    ],
    ['characters that are escaped', 'a%b\n', '@@ -1,4 +1,3 @@\n a%25b\n-%0A\n', 'a%b'],
    ['a plus as a plus', 'a b', '@@ -1,3 +1,3 @@\n a\n- \n++\n b\n', 'a+b'],
    ['positions in code points', '😀😀x', '@@ -3 +3 @@\n-x\n+%F0%9F%98%81\n', '😀😀😁'],
  ])('applies %s', (_, text, patch, expected) => {
    expect(applyTextPatch(text, patch)).toBe(expected);
  });

  it.each([
    ['another context', 'xbc', '@@ -1,2 +1,3 @@\n a\n+b\n c\n'],
    ['other removed characters', 'abc', '@@ -1,3 +1,2 @@\n a\n-x\n c\n'],
    ['the same context elsewhere only', 'xxab', '@@ -1,2 +1,1 @@\n a\n-b\n'],
    ['a place behind the end', 'abc', '@@ -9 +9,2 @@\n+x\n'],
    ['a line before any place', 'abc', '+x\n'],
    ['an unknown line', 'abc', '@@ -1 +1 @@\n*a\n'],
    ['a broken escape', 'abc', '@@ -1 +1,2 @@\n+%E8\n'],
  ])('finds that a patch with %s does not fit', (_, text, patch) => {
    expect(applyTextPatch(text, patch)).toBeUndefined();
  });

  it('applies a patch with more characters than a call may have arguments', () => {
    const text = 'lorem ipsum '.repeat(50_000);
    expect(applyTextPatch('', `@@ -0,0 +1,${text.length} @@\n+${text}\n`)).toBe(text);
  });
});
