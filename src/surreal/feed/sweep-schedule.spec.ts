import { describe, expect, it } from '@jest/globals';
import type { Sweep } from './sweep-places.js';
import { SweepSchedule } from './sweep-schedule.js';

const INTERVAL_MS = 1_000;

/** The sweeps of the next pages, none of which is the last of its sweep. */
function turns(schedule: SweepSchedule, count: number): (Sweep | undefined)[] {
  return Array.from({ length: count }, () => {
    const sweep = schedule.next(0)?.sweep;
    if (sweep) schedule.read(sweep, 0, false);
    return sweep;
  });
}

describe('SweepSchedule', () => {
  it('gives all that are due their turn, and the whole sweep only where somebody waits for it', () => {
    const schedule = new SweepSchedule(INTERVAL_MS, 3 * INTERVAL_MS);
    expect(turns(schedule, 4)).toEqual(['soon', 'recent', 'deep', 'soon']);
    schedule.hurry();
    expect(turns(schedule, 4)).toEqual(['recent', 'deep', 'whole', 'soon']);
    for (const sweep of ['whole', 'recent', 'deep'] as const) schedule.read(sweep, 0, true);
    expect(turns(schedule, 2)).toEqual(['soon', 'soon']);
  });

  it.each<[number, readonly Sweep[]]>([
    [0, []],
    [INTERVAL_MS / 4 - 1, []],
    [INTERVAL_MS / 4, ['soon']],
    [INTERVAL_MS, ['soon', 'recent']],
    [10 * INTERVAL_MS, ['soon', 'recent', 'deep']],
  ])('has those due %d ms after they went through whose interval is over', (now, due) => {
    const schedule = new SweepSchedule(INTERVAL_MS, 3 * INTERVAL_MS);
    for (const sweep of ['soon', 'recent', 'deep'] as const) {
      expect(schedule.next(0)?.sweep).toBe(sweep);
      schedule.read(sweep, 0, true);
    }
    for (const sweep of due) {
      expect(schedule.next(now)?.sweep).toBe(sweep);
      schedule.read(sweep, now, true);
    }
    expect(schedule.next(now)).toBeUndefined();
  });

  it('comes round in a third of the window, however long the interval is', () => {
    const schedule = new SweepSchedule(100 * INTERVAL_MS, 300);
    expect(schedule.next(0)).toMatchObject({ sweep: 'soon' });
    schedule.read('soon', 0, true);
    schedule.read('recent', 0, true);
    schedule.read('deep', 0, true);
    expect(schedule.next(99)).toMatchObject({ sweep: 'soon' });
    schedule.read('soon', 99, true);
    expect(schedule.next(99)).toBeUndefined();
    expect(schedule.next(100)).toMatchObject({ sweep: 'recent' });
  });
});
