import { describe, expect, it } from '@jest/globals';
import { formatMilliseconds } from './format.js';

describe('milliseconds on the page', () => {
  it.each([
    [undefined, '–'],
    [0, '0.0 ms'],
    [2.34, '2.3 ms'],
    [24.6, '25 ms'],
    [1_340, '1.3 s'],
  ])('show %p as %p', (milliseconds, text) => {
    expect(formatMilliseconds(milliseconds)).toBe(text);
  });
});
