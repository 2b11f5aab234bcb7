// Builds dist/: one ES module that a browser loads as it is, the same for CommonJS in dist/cjs/, and declarations of both that name no
// other package.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROTOCOL = '@edge-hive/protocol';
const here = import.meta.dirname;
const dist = join(here, 'dist');

rmSync(dist, { recursive: true, force: true });

for (const [format, outfile] of [
  ['esm', 'dist/index.js'],
  ['cjs', 'dist/cjs/index.js'],
]) {
  await build({
    absWorkingDir: here,
    entryPoints: ['src/index.ts'],
    outfile,
    bundle: true,
    format,
    platform: 'neutral',
    target: 'es2022',
    sourcemap: true,
    tsconfigRaw: {},
  });
}

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], { stdio: 'inherit' });

// The wire types go along, so that installing this package is enough to compile against it.
cpSync(dirname(fileURLToPath(import.meta.resolve(PROTOCOL))), join(dist, 'protocol'), {
  recursive: true,
  filter: (source) => !source.endsWith('.js') && !source.endsWith('.map'),
});
for (const name of readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.d.ts'))) {
  const path = join(dist, name);
  const folder = posix.relative(posix.dirname(name), '.');
  const types = `'./${posix.join(folder, 'protocol/index.js')}'`.replace("'./..", "'..");
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`'${PROTOCOL}'`, types));
}

// The compiler reads declarations as those of a CommonJS module, as Node does the code, where the nearest package.json says so.
writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
const declarations = readdirSync(dist, { recursive: true }).filter((path) => path.endsWith('.d.ts'));
for (const path of declarations) cpSync(join(dist, path), join(dist, 'cjs', path));
