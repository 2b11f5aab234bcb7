import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('../../chaos/run.mjs', import.meta.url));
/** It ends by itself much earlier; nothing of it is to outlive the tests. */
const RUN_MS = 200_000;
const KILL_MS = 30_000;
const { SURREAL_BIN: bin } = process.env;

/**
 * A chaos run, on the database that the tests are on.
 *
 * @returns what it printed
 * @throws Error with that, where it found something
 */
export async function chaosRun(...options: readonly string[]): Promise<string> {
  const all = [RUN, 'chaos', ...options, ...(bin ? ['--surreal', bin] : [])];
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'] });
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
  if (code !== 0) throw new Error(`The run found something (${code}):\n${output}`);
  return output;
}
