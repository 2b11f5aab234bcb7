import { describe, expect, it } from '@jest/globals';
import { chaosRun } from './support/chaos-run.js';
import { hasRedis } from './support/redis.js';

/** Once each; what takes sentinels longest is left to long runs. */
const KINDS = [
  'redis killed',
  'redis emptied',
  'redis frozen briefly',
  'redis failed over',
  'redis connections cut',
  'gateway killed',
];
const FAULTS = KINDS.flatMap((kind) => ['--fault', kind]);

(hasRedis ? describe : describe.skip)('a short chaos run over Redis', () => {
  it('finds nothing lost, carried twice or out of order without a resync, and nobody who is there by mistake', async () => {
    const output = await chaosRun('--redis', '--minutes', '0.25', '--seed', '7', '--writers', '1', ...FAULTS);
    for (const kind of KINDS) expect(output).toMatch(new RegExp(`\\| ${kind} +\\| +[1-9]`));
    expect(output).toMatch(/\| messages delivered +\| +[1-9]\d{2,}/);
  }, 250_000);
});
