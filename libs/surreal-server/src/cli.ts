/** Runs SurrealDB alone: `npm run surreal`. */
import { engineVersion } from './embedded/engine.js';
import { startSurreal } from './start-surreal.js';

const { SURREAL_PORT, SURREAL_DATA, SURREAL_BIN, SURREAL_USERNAME, SURREAL_PASSWORD } = process.env;
const port = Number(SURREAL_PORT ?? 8000);
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`SURREAL_PORT must be a port from 0 to 65535`);

const surreal = await startSurreal({
  port,
  username: SURREAL_USERNAME ?? 'root',
  password: SURREAL_PASSWORD ?? 'root',
  ...(SURREAL_DATA && { data: SURREAL_DATA }),
  ...(SURREAL_BIN && { bin: SURREAL_BIN }),
  onLog: (line) => process.stderr.write(`${line}\n`),
  onExit: ({ code, signal }) => process.stderr.write(`SurrealDB ended with ${signal ?? code}, starting it again\n`),
}).catch((error: Error) => fail(error.message));

const what = surreal.kind === 'embedded' ? `embedded ${engineVersion()}` : 'server';
process.stdout.write(`SurrealDB (${what}) at ${surreal.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void surreal.stop());

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
