import { expect, it } from '@jest/globals';

const PACE = '../bench/load/pace.mjs'; // JavaScript without types
const { dueBy } = (await import(PACE)) as { dueBy: (seconds: number, rate: number) => number };

/** One that begins later than it is due would add the difference to every latency. */
it.each([
  [0, 1],
  [0.009, 1],
  [0.01, 2],
  [1, 101],
])('after %p s of 100 a second, %p are due', (seconds, due) => {
  expect(dueBy(seconds, 100)).toBe(due);
});
