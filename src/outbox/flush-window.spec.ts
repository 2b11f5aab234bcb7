import { describe, expect, it } from '@jest/globals';
import { FlushWindow } from './flush-window.js';

describe('FlushWindow', () => {
  it('does not hold up the first flush', () => {
    expect(new FlushWindow().wait(5)).toBe(0);
  });

  it.each([
    ['nothing after a short flush', 0.5, 0, 0],
    ['as long as the flush took, under load', 4, 0, 4],
    ['what is left of that', 4, 1.5, 2.5],
    ['nothing when less than a timer can tell is left', 4, 3.5, 0],
    ['nothing when it is over', 4, 60, 0],
    ['ten milliseconds at most', 80, 0, 10],
  ])('waits %s', (_, took, later, wait) => {
    const window = new FlushWindow();
    window.flushed({ at: 1_000, took, writes: 100, frames: 800 });
    expect(window.wait(1_000 + later)).toBe(wait);
  });

  it.each([
    ['not at all while each write carries one frame', 100, 0],
    ['a little when some carry more', 200, 8 / 7],
    ['half as long when each carries four and a half', 450, 4],
    ['no longer than the flush took, however many each carries', 5_000, 8],
  ])('waits %s', (_, frames, wait) => {
    const window = new FlushWindow();
    window.flushed({ at: 1_000, took: 8, writes: 100, frames });
    expect(window.wait(1_000)).toBeCloseTo(wait);
  });
});
