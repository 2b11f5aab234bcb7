import { describe, expect, it } from '@jest/globals';
import { ReadingPace } from './reading-pace.js';

const POLL_MS = 25;
const SETTLE_MS = 50;

function ring(pace: ReadingPace, times: number, everyMs: number, from = 0): void {
  for (let n = 0; n < times; n++) pace.rang(from + n * everyMs);
}

describe('ReadingPace', () => {
  it('waits for the bell, up to the poll floor, and longer while nobody listens', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    expect(pace.mode).toBe('bell');
    expect([pace.pause(100, 'bells'), pace.pause(100, 'unasked')]).toEqual([25, 250]);
  });

  it('reads often where no bell is armed, and less often once nothing was written for a minute', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.read(1_000, 1, 'silence');
    pace.read(60_999, 0, 'silence');
    expect([pace.pause(60_999, 'silence'), pace.pause(61_000, 'silence')]).toEqual([5, 10]);
    pace.read(61_010, 1, 'silence');
    expect(pace.pause(61_010, 'silence')).toBe(5);
  });

  it('waits no longer than the poll floor where no bell is armed', () => {
    const pace = new ReadingPace(2, SETTLE_MS);
    expect(pace.pause(100, 'silence')).toBe(2);
  });

  it.each([
    ['more than 50 changes in a second, with no bell armed', 51, 'silence', 'loop'],
    ['50 changes in a second, with no bell armed', 50, 'silence', 'bell'],
    ['any changes, where bells would ring for those that count', 500, 'bells', 'bell'],
  ] as const)('after %s', (_, changes, hearing, mode) => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.read(1_000, 0, hearing);
    pace.read(1_500, changes, hearing);
    expect(pace.mode).toBe(mode);
  });

  it('counts the changes of each second anew', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    for (let now = 1_000; now < 10_000; now += 1_000) pace.read(now, 50, 'silence');
    expect(pace.mode).toBe('bell');
  });

  it.each([
    ['200 rings in a second', 200, 4, 'bell'],
    ['201 rings within a second', 201, 4, 'loop'],
    ['rings that come slower, however many', 1_000, 5, 'bell'],
  ])('after %s', (_, times, everyMs, mode) => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    ring(pace, times, everyMs);
    expect(pace.mode).toBe(mode);
  });

  it('reads in a loop, with a short pause, once the server cut the bell off', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    expect(pace.mode).toBe('loop');
    pace.read(10, 1, 'bells');
    expect([pace.pause(10, 'bells'), pace.pause(12, 'bells'), pace.pause(20, 'bells')]).toEqual([3, 1, 0]);
  });

  it.each([
    ['100 changes a second come', 'bells', 100],
    ['20 changes a second come, where no bell can be armed', 'silence', 20],
  ] as const)('goes on in the loop while %s', (_, hearing, changes) => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    for (let now = 500; now <= 10_000; now += 500) pace.read(now, changes / 2, hearing);
    expect(pace.mode).toBe('loop');
  });

  it.each([
    ['bells', 99],
    ['silence', 19],
  ] as const)('goes back to the bell when fewer come in a whole second: %s', (hearing, changes) => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    pace.read(999, 0, hearing);
    expect(pace.mode).toBe('loop');
    pace.read(1_000, changes, hearing);
    expect(pace.mode).toBe('bell');
  });

  it('reads on in a loop for one window after the bells were armed again', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    pace.read(1_000, 0, 'bells');
    pace.read(1_049, 0, 'bells');
    expect([pace.pause(1_049, 'bells'), pace.pause(1_050, 'bells')]).toEqual([3, 25]);
  });

  it('counts rings anew after a loop', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    ring(pace, 201, 1);
    pace.read(1_300, 0, 'bells');
    ring(pace, 200, 1, 1_300);
    expect(pace.mode).toBe('bell');
  });
});
