import { fileURLToPath } from 'node:url';
import { build, stop } from 'esbuild';

/**
 * Runs a script of a folder: bundles its TypeScript, and what it shares with the tests, into `dist/` there, and starts it. It drives the built
 * service, so `npm run build` comes first.
 *
 * @param {string | URL} folder URL of a file in the folder
 * @param {string} name of the script, without `.ts`
 */
export async function runBundled(folder, name) {
  const outfile = fileURLToPath(new URL(`dist/${name}.js`, folder));
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, folder))],
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
}
