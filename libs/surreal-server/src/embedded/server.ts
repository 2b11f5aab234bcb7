/** The embedded SurrealDB server: a child process that is told what to serve over IPC and ends with its parent. */
import { resolve } from 'node:path';
import { escapeIdent, toSurqlString } from 'surrealdb';
import { type Engine, executeAsRoot, openEngine } from './engine.js';
import { describeLeftover, findLeftovers } from './leftovers.js';
import { PrintFile } from '../print-file.js';
import type { EmbeddedMessage, StartMessage } from './messages.js';
import { RpcServer } from './rpc-server.js';

const MAX_PAYLOAD = 128 * 1024 * 1024;
/** The parent may be gone, and nothing may outlive it by long. */
const SHUTDOWN_MS = 1_500;

const PRINTED_MS = 250;
const STDERR = 2;

const prints = new PrintFile(STDERR);
setInterval(() => {
  const lines = prints.take();
  if (lines.length > 0) tell({ state: 'printed', lines });
}, PRINTED_MS).unref();

const running = new Promise<StartMessage>((start) => process.once('message', start)).then(serve);
running.catch(({ message, code }: NodeJS.ErrnoException) => {
  tell({ state: 'failed', message, ...(code !== undefined && { code }) }, () => process.exit(1));
});

for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, () => void shutDown());

async function serve(options: StartMessage): Promise<{ engine: Engine; server: RpcServer }> {
  const engine = await openEngine(options.data === undefined ? 'mem://' : `surrealkv://${resolve(options.data)}`);
  await defineRoot(engine, options);
  for (const leftover of await findLeftovers(engine)) process.stderr.write(`${describeLeftover(leftover)}\n`);
  const { port, allowedOrigins } = options;
  const server = new RpcServer(engine, { port, allowedOrigins, maxPayload: MAX_PAYLOAD });
  tell({ state: 'listening', port: await server.listen() });
  return { engine, server };
}

async function defineRoot(engine: Engine, { username, password }: StartMessage): Promise<void> {
  const secret = toSurqlString(password); // DEFINE USER takes no parameter here
  await executeAsRoot(engine, `DEFINE USER OVERWRITE ${escapeIdent(username)} ON ROOT PASSWORD ${secret} ROLES OWNER`);
}

async function shutDown(): Promise<void> {
  setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
  const { engine, server } = await running.catch(() => process.exit(1));
  await server.close();
  await engine.free();
  process.exit(0);
}

function tell(message: EmbeddedMessage, told?: () => void): void {
  process.send?.(message, undefined, undefined, told);
}
