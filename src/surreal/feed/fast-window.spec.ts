import { describe, expect, it } from '@jest/globals';
import { FastWindow } from './fast-window.js';

describe('FastWindow', () => {
  it.each([
    ['its least when nothing was late', [], 50],
    ['its least when little was late', [20], 50],
    ['twice the largest lateness', [20, 70, 40], 140],
    ['its most when more was late', [5_000], 3_000],
  ])('looks back %s', (_, latenesses, expected) => {
    const window = new FastWindow(50, 3_000);
    for (const lateness of latenesses) window.late(1_000, lateness);
    expect(window.milliseconds(1_000)).toBe(expected);
  });

  it('never looks back further than its most, whatever its least', () => {
    expect(new FastWindow(5_000, 3_000).milliseconds(0)).toBe(3_000);
  });

  it('forgets a lateness after half a minute to a minute', () => {
    const window = new FastWindow(50, 3_000);
    window.late(10_000, 100);
    expect([10_000, 39_000, 59_000, 90_000].map((now) => window.milliseconds(now))).toEqual([200, 200, 200, 50]);
  });

  it('forgets at once what was late before a long pause', () => {
    const window = new FastWindow(50, 3_000);
    window.late(10_000, 100);
    expect(window.milliseconds(80_000)).toBe(50);
  });
});
