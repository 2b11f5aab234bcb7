/**
 * Runs a script of this folder: bundles its TypeScript, and what it shares with the tests, and starts it. It drives the built
 * service, so `npm run build` comes first.
 *
 *   node chaos/run.mjs chaos|soak [options]
 */
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const [name = ''] = process.argv.splice(2, 1);
const outfile = fileURLToPath(new URL(`dist/${name}.js`, import.meta.url));
await build({
  entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
await stop();
process.setSourceMapsEnabled(true);
await import(outfile);
