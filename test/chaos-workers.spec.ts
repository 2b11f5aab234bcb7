import { describe, expect, it } from '@jest/globals';
import { chaosRun } from './support/chaos-run.js';

/** Once each. */
const KINDS = ['worker killed', 'worker frozen briefly', 'worker frozen for good', 'supervisor frozen', 'sockets cut'];
const FAULTS = KINDS.flatMap((kind) => ['--fault', kind]);

describe('a short chaos run over workers', () => {
  it('finds nothing where workers are killed and frozen', async () => {
    const output = await chaosRun('--workers', '2', '--minutes', '0.3', '--seed', '3', '--writers', '1', ...FAULTS);
    for (const kind of KINDS) expect(output).toMatch(new RegExp(`\\| ${kind} +\\| +[1-9]`));
    expect(output).toMatch(/\| messages delivered +\| +[1-9]\d{2,}/);
    expect(output).toMatch(
      /\| workers that ended, by reason +\| .*died: [1-9].*silent: [1-9]|silent: [1-9].*died: [1-9]/,
    );
  }, 250_000);
});
