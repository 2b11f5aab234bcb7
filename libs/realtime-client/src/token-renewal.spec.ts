import { describe, expect, it } from '@jest/globals';
import { renewalDelay } from './token-renewal.js';

const NOW = 1_790_000_000_000;
const inSeconds = (seconds: number) => NOW / 1_000 + seconds;

describe('renewalDelay', () => {
  it.each([
    ['a minute before, of an hour', 3_600, 3_540_000],
    ['after four fifths, of 100 s', 100, 80_000],
    ['after four fifths, of 10 s', 10, 8_000],
    ['not within a second', 1, 1_000],
    ['not within a second, if expired', -60, 1_000],
    ['within what a timer can run', 10 * 365 * 86_400, 2 ** 31 - 1],
  ])('renews %s', (_, seconds, delay) => {
    expect(renewalDelay(inSeconds(seconds), NOW)).toBe(delay);
  });
});
