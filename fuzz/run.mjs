/**
 * Bundles the fuzzer, and what it shares with the tests, and starts it. It drives the built service, so `npm run build` comes
 * first.
 *
 *   node fuzz/run.mjs [options]
 */
import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

const outfile = fileURLToPath(new URL('dist/fuzz.js', import.meta.url));
await build({
  entryPoints: [fileURLToPath(new URL('fuzz.ts', import.meta.url))],
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
