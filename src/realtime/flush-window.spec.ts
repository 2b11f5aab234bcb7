import { describe, expect, it } from '@jest/globals';
import { FlushWindow } from './flush-window.js';

describe('FlushWindow', () => {
  it('does not hold up the first flush', () => {
    expect(new FlushWindow().wait(5)).toBe(0);
  });

  it.each([
    ['nothing after a short flush', 0.5, 0, 0],
    ['as long as the flush took', 4, 0, 4],
    ['what is left of that', 4, 1.5, 2.5],
    ['nothing when less than a timer can tell is left', 4, 3.5, 0],
    ['nothing when it is over', 4, 60, 0],
    ['ten milliseconds at most', 80, 0, 10],
  ])('waits %s', (_, took, later, wait) => {
    const window = new FlushWindow();
    window.flushed(1_000, 1_000 + took);
    expect(window.wait(1_000 + took + later)).toBe(wait);
  });
});
