// Builds dist/: one ES module that a browser loads as it is, and declarations that name no other package.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROTOCOL = '@edge-hive/protocol';
const here = import.meta.dirname;
const dist = join(here, 'dist');

rmSync(dist, { recursive: true, force: true });

await build({
  absWorkingDir: here,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.js',
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  sourcemap: true,
  tsconfigRaw: {},
});

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], { stdio: 'inherit' });

// The wire types go along, so that installing this package is enough to compile against it.
cpSync(dirname(fileURLToPath(import.meta.resolve(PROTOCOL))), join(dist, 'protocol'), {
  recursive: true,
  filter: (source) => !source.endsWith('.js') && !source.endsWith('.map'),
});
for (const name of readdirSync(dist).filter((file) => file.endsWith('.d.ts'))) {
  const path = join(dist, name);
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`'${PROTOCOL}'`, "'./protocol/index.js'"));
}
