import { describe, expect, it } from '@jest/globals';
import { chaosRun } from './support/chaos-run.js';

/** Long enough for each kind of fault. */
const MINUTES = '0.4';
const SEED = '7';

describe('a short chaos run', () => {
  it('finds nothing lost, repeated, delivered backwards, or delivered to whom it may not be', async () => {
    const output = await chaosRun('--minutes', MINUTES, '--seed', SEED);
    expect(output).toMatch(/\| events delivered +\| +[1-9]\d{3,}/);
  }, 250_000);
});
