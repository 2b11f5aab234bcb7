import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSurreal, type SurrealOptions, type SurrealProcess } from '@edge-hive/surreal-server';
import { escapeIdent, Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { isConflict } from '../../src/surreal/connection/retry-conflict.js';

/** A SurrealDB server for tests, and connections to it that end with it. */
export interface TestDatabase {
  readonly url: string;
  readonly namespace: string;
  /** The database that `connect()` uses by default; a fresh one for each `TestDatabase`. */
  readonly database: string;
  readonly username: string;
  readonly password: string;
  /** The server's process; throws when the server isn't this test's own. */
  readonly process: SurrealProcess;
  /**
   * An SDK connection of the root user, without reconnect, in a database that is created when missing. What conflicts is
   * given again.
   */
  connect(database?: string): Promise<Surreal>;
  /**
   * Ends the server, which is this test's own and has a folder, and starts it again on its port. Its connections break.
   *
   * @param meanwhile does something with the folder
   */
  restart(meanwhile: (folder: string) => Promise<void>): Promise<void>;
  /** Closes the connections, ends the server if it is this test's own, and removes its folder. */
  stop(): Promise<void>;
}

export interface TestDatabaseOptions extends Omit<SurrealOptions, 'data'> {
  /** Keeps the data in a temporary folder, so that it outlives a kill. */
  readonly folder?: boolean;
}

/**
 * A definition conflicts with other connections that define, write or listen, and is given again. Of several statements in
 * one query all are: those before the one that conflicted have to bear it.
 */
const RETRY = { enabled: true, attempts: 20, retryDelay: 5, retryDelayMax: 100, retryable: isConflict };

/** Starts a server of this test's own: the binary that SURREAL_BIN names, else the embedded one. */
export async function startDatabase({ folder = false, ...options }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { SURREAL_BIN: bin } = process.env;
  const data = folder ? await mkdtemp(join(tmpdir(), 'edge-hive-')) : undefined;
  const start = (port: number) => startSurreal({ ...(bin && { bin }), ...options, ...(data && { data }), port });
  const server = await start(options.port ?? 0);
  const { username = 'root', password = 'root' } = options;
  return new Handle({ url: server.url, username, password }, { server, start, data });
}

/** The server that all behaviour tests share, with a database of this call's own in it. */
export function sharedDatabase(): TestDatabase {
  const {
    TEST_SURREAL_URL: url,
    SURREAL_USERNAME: username = 'root',
    SURREAL_PASSWORD: password = 'root',
  } = process.env;
  if (!url) throw new Error('TEST_SURREAL_URL is not set: sharedDatabase() is for tests of the project "behaviour"');
  return new Handle({ url, username, password });
}

interface OwnServer {
  server: SurrealProcess;
  readonly start: (port: number) => Promise<SurrealProcess>;
  readonly data: string | undefined;
}

class Handle implements TestDatabase {
  readonly namespace = 'test';
  readonly database = `t_${randomBytes(6).toString('hex')}`;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly #connections = new Set<Surreal>();

  constructor(
    server: Pick<TestDatabase, 'url' | 'username' | 'password'>,
    private readonly own?: OwnServer,
  ) {
    this.url = server.url;
    this.username = server.username;
    this.password = server.password;
  }

  get process(): SurrealProcess {
    return this.owned.server;
  }

  private get owned(): OwnServer {
    if (this.own === undefined) throw new Error('The server is shared: use startDatabase() in a test that disturbs it');
    return this.own;
  }

  async connect(database = this.database): Promise<Surreal> {
    const { namespace, username, password } = this;
    const connection = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
    this.#connections.add(connection);
    await connection.connect(this.url, { authentication: { username, password }, reconnect: false, retry: RETRY });
    await connection.query(`DEFINE NAMESPACE IF NOT EXISTS ${escapeIdent(namespace)}`);
    await connection.use({ namespace });
    await connection.query(`DEFINE DATABASE IF NOT EXISTS ${escapeIdent(database)}`);
    await connection.use({ namespace, database });
    return connection;
  }

  async restart(meanwhile: (folder: string) => Promise<void>): Promise<void> {
    const { owned } = this;
    if (owned.data === undefined) throw new Error('The server has no folder: start it with { folder: true }');
    await owned.server.stop();
    await meanwhile(owned.data);
    owned.server = await owned.start(Number(new URL(this.url).port));
  }

  async stop(): Promise<void> {
    await Promise.allSettled([...this.#connections].map((connection) => connection.close()));
    await this.own?.server.stop();
    if (this.own?.data !== undefined) await rm(this.own.data, { recursive: true, force: true });
  }
}
