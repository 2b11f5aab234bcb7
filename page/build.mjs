// Builds what the service serves at `/`: one module for browsers, beside the styles and pictures, in dist/page/browser/.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
const out = join(here, '../dist/page/browser');

/** The service answers `/client.js` with the client library as applications get it: the page tries that very file. */
const servedClient = {
  name: 'served-client',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^@edge-hive\/realtime-client$/ }, () => ({ path: '/client.js', external: true })),
};

await build({
  absWorkingDir: here,
  entryPoints: ['main.ts'],
  outfile: join(out, 'main.js'),
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  tsconfigRaw: {},
  plugins: [servedClient],
});
cpSync(join(here, 'assets'), out, { recursive: true });
