import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const RUN = fileURLToPath(new URL('../chaos/run.mjs', import.meta.url));
/** Long enough for each kind of fault. */
const MINUTES = '0.4';
const SEED = '7';
/** It ends by itself much earlier; nothing of it is to outlive the tests. */
const RUN_MS = 200_000;
const KILL_MS = 30_000;
const { SURREAL_BIN: bin } = process.env;

describe('a short chaos run', () => {
  it('finds nothing lost, repeated, told backwards, or told to whom it may not be told', async () => {
    const { code, output } = await chaos('--minutes', MINUTES, '--seed', SEED, ...(bin ? ['--surreal', bin] : []));
    if (code !== 0) throw new Error(`The run found something (${code}):\n${output}`);
    expect(output).toMatch(/\| events delivered +\| +[1-9]\d{3,}/);
  }, 250_000);
});

async function chaos(...options: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [RUN, 'chaos', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const impatience = [
    setTimeout(() => child.kill('SIGTERM'), RUN_MS),
    setTimeout(() => child.kill('SIGKILL'), RUN_MS + KILL_MS),
  ];
  const [code] = (await once(child, 'close')) as [number | null];
  impatience.forEach((timer) => clearTimeout(timer));
  return { code, output };
}
