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
    expect([pace.pause(100, true), pace.pause(100, false)]).toEqual([25, 250]);
  });

  it.each([
    ['50 rings in a second', 50, 20, 'bell'],
    ['51 rings within a second', 51, 19, 'loop'],
    ['rings that come slower, however many', 500, 20, 'bell'],
  ])('after %s', (_, times, everyMs, mode) => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    ring(pace, times, everyMs);
    expect(pace.mode).toBe(mode);
  });

  it('reads in a loop, with a short pause, once the server cut the bell off', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    expect(pace.mode).toBe('loop');
    pace.read(10, 1);
    expect([pace.pause(10, true), pace.pause(12, true), pace.pause(20, true)]).toEqual([3, 1, 0]);
  });

  it('goes on in the loop while 20 changes a second come', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    for (let now = 500; now <= 10_000; now += 500) pace.read(now, 10);
    expect(pace.mode).toBe('loop');
  });

  it('goes back to the bell when fewer come in a whole second', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    pace.read(999, 0);
    expect(pace.mode).toBe('loop');
    pace.read(1_000, 19);
    expect(pace.mode).toBe('bell');
  });

  it('reads on in a loop for one window after the bells were armed again', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    pace.flooded(0);
    pace.read(1_000, 0);
    pace.read(1_049, 0);
    expect([pace.pause(1_049, true), pace.pause(1_050, true)]).toEqual([3, 25]);
  });

  it('counts rings anew after a loop', () => {
    const pace = new ReadingPace(POLL_MS, SETTLE_MS);
    ring(pace, 51, 1);
    pace.read(1_100, 0);
    ring(pace, 50, 1, 1_100);
    expect(pace.mode).toBe('bell');
  });
});
