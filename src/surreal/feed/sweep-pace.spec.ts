import { describe, expect, it } from '@jest/globals';
import { SweepPace } from './sweep-pace.js';

const INTERVAL_MS = 1_000;

describe('SweepPace', () => {
  it('is due at once, then an interval after the sweep began', () => {
    const pace = new SweepPace(INTERVAL_MS);
    expect(pace.due(0)).toBe(true);
    pace.page(100);
    pace.read(300, false);
    expect(pace.due(300)).toBe(true);
    pace.page(300);
    pace.read(400, true);
    expect([pace.due(1_099), pace.due(1_100)]).toEqual([false, true]);
  });

  it('takes longer pages once half of the interval has gone by, until sweeps get through sooner', () => {
    const pace = new SweepPace(INTERVAL_MS);
    const sizes = [500, 501, 600, 700].map((now) => {
      const size = pace.page(now === 500 ? 0 : now);
      pace.read(now, now === 700);
      return size;
    });
    expect(sizes).toEqual([100, 100, 200, 250]);
    const later = [1_000, 2_000, 3_000].map((now) => {
      const size = pace.page(now);
      pace.read(now + 10, true);
      return size;
    });
    expect(later).toEqual([250, 125, 100]);
  });

  it('takes even longer ones where a sweep would not get through in its interval', () => {
    const pace = new SweepPace(INTERVAL_MS);
    const sizes = [0, 900, 1_001, 1_100, 1_200].map((now) => {
      const size = pace.page(now);
      pace.read(now, false);
      return size;
    });
    expect([...sizes, pace.page(1_200)]).toEqual([100, 100, 200, 400, 800, 1_000]);
    pace.read(1_300, true);
    for (const now of [1_300, 1_400]) {
      pace.page(now);
      pace.read(now, true);
    }
    expect(pace.page(1_500)).toBe(250);
  });

  it('begins in a hurry only, where it has no interval of its own', () => {
    const pace = new SweepPace(Infinity);
    expect(pace.due(1_000_000)).toBe(false);
    pace.hurry();
    expect([pace.due(0), pace.page(0)]).toEqual([true, 250]);
    pace.read(1, false);
    expect(pace.due(1)).toBe(true);
    pace.read(2, true);
    expect(pace.due(3)).toBe(false);
  });
});
