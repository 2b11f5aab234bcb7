import { describe, expect, it } from '@jest/globals';
import { BatchSize } from './batch-size.js';

describe('BatchSize', () => {
  it.each([
    ['is a thousand where they cost next to nothing', 0.5, 1_000, 1_000],
    ['is what takes four milliseconds', 2_000, 1_000, 2],
    ['grows again at once', 1, 200, 800],
    ['is one where one takes longer', 50, 1, 1],
    ['is a thousand where no time passed', 0, 1, 1_000],
  ])('%s', (_, milliseconds, changes, expected) => {
    const batch = new BatchSize();
    batch.took(milliseconds, changes);
    expect(batch.current).toBe(expected);
  });

  it('is a thousand at first', () => {
    expect(new BatchSize().current).toBe(1_000);
  });
});
