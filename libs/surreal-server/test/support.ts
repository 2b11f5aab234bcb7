import { jest } from '@jest/globals';
import { startSurreal, type SurrealOptions, type SurrealProcess } from '@edge-hive/surreal-server';
import { Surreal, type SystemAuth } from 'surrealdb';
import { WebSocket } from 'ws';

export interface NamespaceDatabase {
  readonly namespace: string;
  readonly database: string;
}

jest.setTimeout(30_000); // starting processes takes its time on a busy machine

const { SURREAL_BIN } = process.env;

// Jest's realm shares Uint8Array and ArrayBuffer with Node's but not Uint32Array: the SDK draws session ids through one
// and then doesn't know its buffer as an ArrayBuffer. This is the one of Node's realm.
const inNodesRealm = Uint8Array.constructor as (code: string) => () => Uint32ArrayConstructor;
globalThis.Uint32Array = inNodesRealm('return Uint32Array')();

/** What the supervisor runs: the binary only where SURREAL_BIN names one. */
export const kinds: { kind: SurrealProcess['kind']; options: SurrealOptions }[] = [
  { kind: 'embedded', options: {} },
  ...(SURREAL_BIN ? [{ kind: 'server' as const, options: { bin: SURREAL_BIN } }] : []),
];

export const root = { username: 'root', password: 'root' };

/** Node 20 has no WebSocket of its own. */
export const newClient = (
  socketClass: new (address: string, protocols?: string | string[]) => WebSocket = WebSocket,
): Surreal => new Surreal({ websocketImpl: socketClass as unknown as typeof globalThis.WebSocket });

/** A connection without reconnect, signed in where `authentication` is given. */
export async function connect(
  url: string,
  authentication?: SystemAuth,
  place?: NamespaceDatabase,
  client = newClient(),
): Promise<Surreal> {
  await client.connect(url, { reconnect: false, ...(authentication && { authentication }), ...place });
  return client;
}

/** A root connection to namespace and database `test`, created when missing. */
export async function connectRoot(url: string, client = newClient()): Promise<Surreal> {
  await connect(url, root, undefined, client);
  await define(client);
  await client.use({ namespace: 'test', database: 'test' });
  return client;
}

/** Runs with an embedded server in memory that is stopped afterwards. */
export async function withEmbedded(test: (url: string, server: SurrealProcess) => Promise<void>): Promise<void> {
  const server = await startSurreal();
  try {
    await test(server.url, server);
  } finally {
    await server.stop();
  }
}

/** Waits until the process is gone; rejects after 4 s. */
export async function untilGone(pid: number): Promise<void> {
  for (const deadline = Date.now() + 4_000; Date.now() < deadline;) {
    if (!isAlive(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Process ${pid} still runs`);
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Two connections that define the same at once conflict. */
async function define(client: Surreal): Promise<void> {
  try {
    await client.query('DEFINE NAMESPACE IF NOT EXISTS test; USE NS test; DEFINE DATABASE IF NOT EXISTS test');
  } catch (error) {
    if (!String(error).includes('conflict')) throw error;
    await define(client);
  }
}
