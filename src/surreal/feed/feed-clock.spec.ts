import { describe, expect, it } from '@jest/globals';
import { FeedClock } from './feed-clock.js';

const NOW = Date.UTC(2026, 5, 1);

describe('FeedClock', () => {
  it.each([
    ['a storage engine', 16n],
    ["TiKV's timestamp oracle", 18n],
  ])('reads the stamps of %s', (_, shift) => {
    const clock = new FeedClock();
    expect(clock.known).toBe(false);
    clock.learn((BigInt(NOW) << shift) + 5n);
    expect(clock.known).toBe(true);
    expect(clock.milliseconds(BigInt(NOW + 1) << shift)).toBe(NOW + 1);
    expect(clock.stampAt(NOW + 0.7)).toBe(BigInt(NOW) << shift);
  });

  it('stays with what it learnt first', () => {
    const clock = new FeedClock();
    clock.learn(BigInt(NOW) << 18n);
    clock.learn(BigInt(NOW) << 16n);
    expect(clock.milliseconds(BigInt(NOW) << 18n)).toBe(NOW);
  });

  it('reads a stamp of no known clock as that of a storage engine', () => {
    const clock = new FeedClock();
    clock.learn(1n);
    expect(clock.milliseconds(BigInt(NOW) << 16n)).toBe(NOW);
  });

  it('has no stamp before the beginning of time', () => {
    expect(new FeedClock().stampAt(-5)).toBe(0n);
  });
});
