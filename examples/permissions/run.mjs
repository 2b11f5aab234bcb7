/**
 * Accounts and permissions of SurrealDB, and nothing else: `npm run build && node examples/permissions/run.mjs`.
 *
 * Starts an empty database, defines what schema.surql says, starts the service with its address and a user of role VIEWER, and
 * serves a page. PORT is the page's, SURREAL_BIN a `surreal` to run in place of the embedded engine.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSurreal } from '@edge-hive/surreal-server';
import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';

const { PORT = '8080', SURREAL_BIN } = process.env;
const DATABASE = { namespace: 'main', database: 'main' };
const JAVASCRIPT = 'text/javascript; charset=utf-8';
const HTML = 'text/html; charset=utf-8';

const FILES = {
  '/': [new URL('index.html', import.meta.url), HTML],
  '/permissions.js': [new URL('permissions.js', import.meta.url), JAVASCRIPT],
  '/client.js': [new URL(import.meta.resolve('@edge-hive/realtime-client')), JAVASCRIPT],
  '/surrealdb.js': [new URL('../../node_modules/surrealdb/dist/surrealdb.mjs', import.meta.url), JAVASCRIPT],
};

const addresses = {};
const pages = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [file, type] = FILES[pathname] ?? [];
  if (pathname === '/settings.json') return response.end(JSON.stringify({ ...addresses, ...DATABASE }));
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }).end(await readFile(file));
});
pages.listen(Number(PORT), 'localhost');
await once(pages, 'listening');
const address = `http://localhost:${pages.address().port}`;

const surreal = await startSurreal({ ...(SURREAL_BIN && { bin: SURREAL_BIN }), allowedOrigins: [address] });
const password = randomBytes(16).toString('hex');
await define(surreal.url);

const service = spawn(process.execPath, [fileURLToPath(new URL('../../dist/main.js', import.meta.url))], {
  env: {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: 'localhost',
    PORT: '0',
    // All that it needs to know: where the database is, and as whom it reads.
    SURREAL_URL: surreal.url,
    SURREAL_USERNAME: 'service',
    SURREAL_PASSWORD: password,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.kill('SIGTERM'));
service.once('exit', async (code) => {
  pages.close();
  pages.closeAllConnections();
  await surreal.stop();
  process.exitCode = code ?? 1;
});
for await (const line of createInterface({ input: service.stdout })) {
  const listening = /^listening on http(:\/\/\S+)$/.exec(line)?.[1];
  if (listening === undefined) continue;
  Object.assign(addresses, { surreal: surreal.url, service: `ws${listening}/api/v1/realtime` });
  console.log(`Open ${address}/#ann and ${address}/#bob in two windows. The password is secret.`);
  console.log(`Write as root (password root) at ${surreal.url}, namespace and database main.`);
}

async function define(url) {
  const root = new Surreal({ websocketImpl: WebSocket });
  await root.connect(url, { authentication: { username: 'root', password: 'root' } });
  await root.query('DEFINE NAMESPACE IF NOT EXISTS main; USE NS main; DEFINE DATABASE IF NOT EXISTS main');
  await root.use(DATABASE);
  await root.query(await readFile(new URL('schema.surql', import.meta.url), 'utf8'));
  await root.query(`DEFINE USER service ON DATABASE PASSWORD '${password}' ROLES VIEWER`);
  await root.close();
}
