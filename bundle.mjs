// Joins the built service and the packages it uses: most of a start is spent on finding, reading and linking 1,700 files.
// What a service of one's own is composed of (docs/extending.md) stays in dist/ as it was built.
import { rolldown } from 'rolldown';

const APART = [
  // They find other files of theirs by where they lie themselves.
  /^@edge-hive\/(realtime-client|surreal-server)$/,
  // Adds to a global object, which has to be there before anything else runs.
  'reflect-metadata',
  // Nest looks whether they are installed. They aren't.
  /^@nestjs\/(microservices|platform-socket\.io)(\/|$)/,
];

const bundle = await rolldown({
  cwd: import.meta.dirname,
  input: 'dist/main.js',
  external: APART,
  platform: 'node',
  logLevel: 'warn',
});
// Its name stays the same: it is what is run.
await bundle.write({
  dir: 'dist',
  entryFileNames: '[name].js',
  chunkFileNames: 'bundle/[name]-[hash].js',
  sourcemap: true,
});
await bundle.close();
