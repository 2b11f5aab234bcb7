import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('generator.c', import.meta.url));
const FLAGS = ['-O2', '-std=gnu17'];

/** Path of the load generator's program: built when it is first needed, by the system's C compiler. */
export function builtGenerator() {
  const digest = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const program = join(tmpdir(), `edge-hive-load-${digest}`);
  if (existsSync(program)) return program;
  const part = `${program}.${process.pid}`;
  try {
    execFileSync('cc', [...FLAGS, '-o', part, SOURCE, '-lm'], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('The load generator needs a C compiler, cc: gcc or clang.', { cause: error });
  }
  renameSync(part, program);
  return program;
}
