import { describe, expect, it } from '@jest/globals';
import { LiveTime } from './live-time.js';
import { SweepPlaces, type Sweep } from './sweep-places.js';

const WINDOW_MS = 3_000;
const READ_START = 29_950n;

/** After 30 s of reads, one each 10 ms, of which each found the stamp of its time in ms. */
function places(): SweepPlaces {
  const liveTime = new LiveTime(10 * WINDOW_MS);
  for (let now = 0; now <= 30_000; now += 10) liveTime.answered(now, BigInt(now));
  const sweeps = new SweepPlaces(WINDOW_MS, liveTime);
  sweeps.begin(100n);
  return sweeps;
}

describe('SweepPlaces', () => {
  it.each<[Sweep, bigint]>([
    ['whole', READ_START],
    ['soon', 29_500n],
    ['recent', 28_000n],
    ['deep', 100n],
  ])('lets the %s sweep go up to its distance', (sweep, end) => {
    expect(places().before(sweep, READ_START)).toEqual({ from: 100n, end });
  });

  it('lets the deep sweep go over what the recent one has settled', () => {
    const sweeps = places();
    sweeps.reached('recent', 28_000n, true);
    expect(sweeps.before('deep', READ_START)).toEqual({ from: 100n, end: 10_000n });
    sweeps.reached('deep', 5_000n, false);
    expect([sweeps.settled, sweeps.left]).toEqual([28_000n, 5_000n]);
    expect(sweeps.before('deep', READ_START)).toEqual({ from: 5_000n, end: 10_000n });
  });

  it('begins the whole sweep anew where all is settled', () => {
    const sweeps = places();
    sweeps.reached('whole', 20_000n, false);
    expect(sweeps.before('whole', READ_START).from).toBe(20_000n);
    sweeps.reached('recent', 28_000n, true);
    sweeps.reached('whole', READ_START, true);
    expect(sweeps.before('whole', READ_START).from).toBe(28_000n);
  });

  it('leaves to the next read what that covers', () => {
    expect(places().before('soon', 29_000n).end).toBe(29_000n);
  });

  it('never goes back', () => {
    const sweeps = places();
    sweeps.reached('soon', 29_500n, true);
    sweeps.reached('soon', 29_400n, true);
    expect(sweeps.before('soon', READ_START).from).toBe(29_500n);
  });
});
