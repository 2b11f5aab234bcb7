import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { Config } from '../config/config.js';
import { heldLimits } from './held-limits.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

describe('heldLimits', () => {
  it.each([
    ['1', GIB / 2, 128 * MIB],
    ['1', 64 * GIB, 512 * MIB],
    ['4', 2 * GIB, 128 * MIB],
    ['64', 256 * GIB, 512 * MIB],
    ['auto', GIB, Math.floor(GIB / 4 / availableParallelism())],
  ])('share a quarter of the memory out to all processes that serve clients: %s in %d', (workers, memory, total) => {
    expect(heldLimits(Object.assign(new Config(), { workers }), memory).total).toBe(total);
  });

  it('are what is configured, in each process', () => {
    const config = Object.assign(new Config(), { workers: '4', limitOutboxTotalBytes: 7 });
    expect(heldLimits(config, GIB).total).toBe(7);
  });
});
