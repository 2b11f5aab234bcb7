import { describe, expect, it } from '@jest/globals';
import { Backoff, fullJitter } from './backoff.js';

const highest = () => 0.999_999;

describe('fullJitter', () => {
  it.each([
    [0, 0, 0],
    [0, 0.5, 500],
    [3, 0.5, 4_000],
    [10, 0.5, 15_000],
    [5_000, 0.5, 15_000],
  ])('waits between nothing and the bound: attempt %i, random %d', (attempt, random, delay) => {
    expect(fullJitter(attempt, 1_000, 30_000, () => random)).toBe(delay);
  });
});

describe('Backoff', () => {
  it('doubles the bound with each failure in a row, up to the highest', () => {
    const backoff = new Backoff({ baseDelay: 1_000, maxDelay: 5_000 }, highest);
    expect([backoff.next(), backoff.next(), backoff.next(), backoff.next()]).toEqual([999, 1_999, 3_999, 4_999]);
    expect(backoff.attempt).toBe(4);
  });

  it('starts over after a connection that lasted, not after one that was closed at once', () => {
    const backoff = new Backoff({}, highest);
    backoff.next();
    expect(backoff.next({ lasted: 9_999 })).toBe(1_999);
    expect(backoff.next({ lasted: 10_000 })).toBe(999);
  });

  it('waits longer from the start where the server has too much to do', () => {
    expect(new Backoff({}, highest).next({ overloaded: true })).toBe(7_999);
  });
});
