import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const RUN = fileURLToPath(new URL('../fuzz/run.mjs', import.meta.url));
const ACTIONS = '300';
/** It ends by itself much earlier; nothing of it is to outlive the tests. */
const RUN_MS = 150_000;

describe('a short fuzzing run', () => {
  it('ends no process, disturbs no bystander, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, [RUN, '--actions', ACTIONS, '--seconds', '10', '--seed', '7'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const impatience = setTimeout(() => child.kill('SIGTERM'), RUN_MS);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(impatience);
    if (code !== 0) throw new Error(`The run found something (${code}):\n${output}`);
    expect(output).toMatch(/^seed 7: [1-9]\d* actions, [1-9]\d* rounds of the bystander, 0 findings$/m);
  }, 200_000);
});
