import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Ring } from './ring.js';

describe('Ring', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('ends a wait when it rings, and leaves no timer behind', async () => {
    const ring = new Ring();
    const waited = ring.wait(60_000);
    ring.ring();
    await waited;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends a wait at once when it rang before, however often, and only one', async () => {
    const ring = new Ring();
    ring.ring();
    ring.ring();
    await ring.wait(60_000);
    void ring.wait(60_000);
    expect(jest.getTimerCount()).toBe(1);
  });

  it('ends a wait when its time is over', async () => {
    const waited = new Ring().wait(50);
    jest.advanceTimersByTime(50);
    await waited;
  });

  it('hears a ring while nobody waits', async () => {
    const ring = new Ring();
    const first = ring.wait(60_000);
    ring.ring();
    await first;
    ring.ring();
    await ring.wait(60_000);
    expect(jest.getTimerCount()).toBe(0);
  });
});
