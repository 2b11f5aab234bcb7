import { describe, expect, it } from '@jest/globals';
import { IdempotencyKeys } from './idempotency-keys.js';

const MINUTE_MS = 60_000;

describe('IdempotencyKeys', () => {
  it('does something again when five minutes have passed', async () => {
    let now = 0;
    const keys = new IdempotencyKeys({ total: 1_000_000, each: 1_000_000 }, () => now);
    expect(await keys.once('ann', 'k', async () => 'first')).toBe('first');
    now = 5 * MINUTE_MS - 1;
    expect(await keys.once('ann', 'k', async () => 'second')).toBe('first');
    now = 5 * MINUTE_MS;
    expect(await keys.once('ann', 'k', async () => 'third')).toBe('third');
  });

  it('does it once while the first is in flight', async () => {
    const keys = new IdempotencyKeys({ total: 10_000, each: 10_000 });
    let finish: (outcome: string) => void = () => undefined;
    const first = keys.once('ann', 'k', () => new Promise((resolve) => (finish = resolve)));
    const second = keys.once('ann', 'k', async () => 'second');
    finish('first');
    expect(await Promise.all([first, second])).toEqual(['first', 'first']);
  });

  it('lets what failed be tried again', async () => {
    const keys = new IdempotencyKeys({ total: 10_000, each: 10_000 });
    await expect(keys.once('ann', 'k', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await keys.once('ann', 'k', async () => 'second')).toBe('second');
  });

  it('stays within its bytes and forgets the oldest first', async () => {
    const keys = new IdempotencyKeys({ total: 10_000, each: 10_000 });
    for (let n = 0; n < 1_000; n++) await keys.once('ann', `k${n}`, async () => 'first');
    expect(keys.bytes).toBeLessThanOrEqual(10_000);
    expect(await keys.once('ann', 'k999', async () => 'again')).toBe('first');
    expect(await keys.once('ann', 'k0', async () => 'again')).toBe('again');
  });

  it('gives back the bytes of keys that expired', async () => {
    let now = 0;
    const keys = new IdempotencyKeys({ total: 1_000_000, each: 1_000_000 }, () => now);
    for (let n = 0; n < 100; n++) await keys.once('ann', `k${n}`, async () => 'first');
    const full = keys.bytes;
    now = 5 * MINUTE_MS;
    await keys.once('ann', 'k', async () => 'new');
    expect(keys.bytes).toBeLessThan(full / 50);
  });

  it('keeps those of others whoever uses too many', async () => {
    const keys = new IdempotencyKeys({ total: 100_000, each: 50_000 });
    expect(await keys.once('victim', 'k', async () => 'first')).toBe('first');
    for (let n = 0; n < 1_000; n++) await keys.once('attacker', `k${n}`, async () => 'first');
    expect(keys.bytes).toBeLessThanOrEqual(51_000);
    for (let n = 0; n < 1_000; n++) await keys.once('another', `k${n}`, async () => 'first');
    expect(keys.bytes).toBeLessThanOrEqual(100_000);
    expect(await keys.once('victim', 'k', async () => 'second')).toBe('first');
  });

  it('tells the same key of two owners apart', async () => {
    const keys = new IdempotencyKeys({ total: 10_000, each: 10_000 });
    expect(await keys.once('ann', 'k', async () => 'hers')).toBe('hers');
    expect(await keys.once('bob', 'k', async () => 'his')).toBe('his');
  });
});
