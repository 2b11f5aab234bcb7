import { describe, expect, it } from '@jest/globals';
import { LiveTime } from './live-time.js';

/** Reads answered each 10 ms, the highest stamp being the number of the read. */
function readEach10Ms(time: LiveTime, reads: number): void {
  for (let read = 0; read < reads; read++) time.answered(read * 10, BigInt(read));
}

describe('LiveTime', () => {
  it('starts at 0 before anything was read', () => {
    expect(new LiveTime(1_000).start(50)).toBe(0n);
  });

  it('starts at the highest stamp that was known one window ago', () => {
    const time = new LiveTime(1_000);
    readEach10Ms(time, 101);
    expect([0, 10, 50, 55, 500].map((window) => time.start(window))).toEqual([100n, 99n, 95n, 94n, 50n]);
  });

  it('starts at the oldest stamp known when less than a window has passed', () => {
    const time = new LiveTime(1_000);
    time.reset(7n);
    time.answered(0, 8n);
    time.answered(20, 9n);
    expect(time.start(50)).toBe(7n);
  });

  it('counts a standstill as 100 ms', () => {
    const time = new LiveTime(1_000);
    time.answered(0, 1n);
    time.answered(60_000, 2n);
    time.answered(60_010, 3n);
    expect([100, 110, 111].map((window) => time.start(window))).toEqual([1n, 1n, 1n]);
    expect(time.start(10)).toBe(2n);
  });

  it('counts the gap after beginning anew as nothing', () => {
    const time = new LiveTime(1_000);
    time.answered(0, 1n);
    time.reset(5n);
    time.answered(50, 6n);
    expect(time.start(10)).toBe(5n);
    time.answered(60, 6n);
    expect(time.start(10)).toBe(6n);
  });

  it('goes on to the newest stamp while nothing new comes', () => {
    const time = new LiveTime(1_000);
    time.answered(0, 1n);
    for (let now = 10; now <= 2_000; now += 10) time.answered(now, 9n);
    expect(time.start(1_000)).toBe(9n);
  });

  it('tells for how long a higher stamp has been known', () => {
    const time = new LiveTime(1_000);
    readEach10Ms(time, 11);
    expect([95n, 10n, 9n, 5n, 0n].map((stamp) => time.lateness(stamp))).toEqual([0, 0, 0, 40, 90]);
  });

  it('is not put off by a clock that goes back', () => {
    const time = new LiveTime(1_000);
    time.answered(100, 1n);
    time.answered(50, 2n);
    expect(time.start(0)).toBe(2n);
  });

  it('forgets what the longest window no longer reaches', () => {
    const time = new LiveTime(100);
    readEach10Ms(time, 1_000);
    expect(time.start(1_000_000)).toBe(989n);
  });
});
