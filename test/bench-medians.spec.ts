import { describe, expect, it } from '@jest/globals';

const MEDIANS = '../bench/report/medians.mjs'; // JavaScript without types
const { medians } = (await import(MEDIANS)) as { medians: (rows: readonly object[]) => object[] };

/** A row of a round. */
function row(peer: string, perSecond: number, p50: number, more: object = {}) {
  return { peer, case: 'all', perSecond, latency: { p50 }, ...more };
}

describe('medians of rounds', () => {
  it('are each figure’s own, by peer and case', () => {
    const rows = [row('a', 3, 10), row('b', 7, 1), row('a', 1, 30), row('b', 9, 3), row('a', 2, 20), row('a', 5, 5)];
    expect(medians([...rows, row('a', 8, 8, { case: 'some' })])).toEqual([
      row('a', 2.5, 15),
      row('b', 8, 2),
      row('a', 8, 8, { case: 'some' }),
    ]);
  });

  it('leave out a round that has no such figure', () => {
    const rows = [row('a', NaN, 1), row('a', 4, 2, { latency: {} }), row('a', 2, 3), row('a', 6, 5)];
    expect(medians(rows)).toEqual([row('a', 4, 3)]);
  });

  it('keep every row of detail', () => {
    const steps = [row('a', 1, 1, { detail: true }), row('a', 2, 2, { detail: true })];
    expect(medians(steps)).toEqual(steps);
  });
});
