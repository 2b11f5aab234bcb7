import { describe, expect, it } from '@jest/globals';
import { IdempotencyKeys } from './idempotency-keys.js';

const MINUTE_MS = 60_000;

describe('IdempotencyKeys', () => {
  it('does something again when five minutes have passed', async () => {
    let now = 0;
    const keys = new IdempotencyKeys(1_000_000, () => now);
    expect(await keys.once('k', async () => 'first')).toBe('first');
    now = 5 * MINUTE_MS - 1;
    expect(await keys.once('k', async () => 'second')).toBe('first');
    now = 5 * MINUTE_MS;
    expect(await keys.once('k', async () => 'third')).toBe('third');
  });

  it('does it once while the first is in flight', async () => {
    const keys = new IdempotencyKeys();
    let finish: (outcome: string) => void = () => undefined;
    const first = keys.once('k', () => new Promise((resolve) => (finish = resolve)));
    const second = keys.once('k', async () => 'second');
    finish('first');
    expect(await Promise.all([first, second])).toEqual(['first', 'first']);
  });

  it('lets what failed be tried again', async () => {
    const keys = new IdempotencyKeys();
    await expect(keys.once('k', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await keys.once('k', async () => 'second')).toBe('second');
  });

  it('stays within its bytes and forgets the oldest first', async () => {
    const keys = new IdempotencyKeys(10_000);
    for (let n = 0; n < 1_000; n++) await keys.once(`k${n}`, async () => 'first');
    expect(keys.bytes).toBeLessThanOrEqual(10_000);
    expect(await keys.once('k999', async () => 'again')).toBe('first');
    expect(await keys.once('k0', async () => 'again')).toBe('again');
  });

  it('gives back the bytes of keys that expired', async () => {
    let now = 0;
    const keys = new IdempotencyKeys(1_000_000, () => now);
    for (let n = 0; n < 100; n++) await keys.once(`k${n}`, async () => 'first');
    const full = keys.bytes;
    now = 5 * MINUTE_MS;
    await keys.once('k', async () => 'new');
    expect(keys.bytes).toBeLessThan(full / 50);
  });
});
