import type { Surreal } from 'surrealdb';
import { TestClient, type TestClientOptions } from './client.js';
import { sharedDatabase, type TestDatabase } from './database.js';
import { startGateway, type Gateway, type GatewayOptions } from './gateway.js';
import { JWT_SECRET, tokenOf } from './tokens.js';

/** A gateway over a database of its own in the server that all tests share, and clients that end with it. */
export interface Service {
  readonly gateway: Gateway;
  readonly database: TestDatabase;
  /** Connection of the root user, to write with. */
  readonly writer: Surreal;
  /** A client that is authenticated as `principal`, by default as `user-1`, and welcomed. */
  connect(
    principal?: string,
    claims?: Readonly<Record<string, unknown>>,
    options?: TestClientOptions,
  ): Promise<TestClient>;
  stop(): Promise<void>;
}

/** Variables that point a gateway at a test's database. It adds the changefeeds it needs. */
export function databaseEnv({ url, namespace, database, username, password }: TestDatabase): Record<string, string> {
  return {
    SURREAL_URL: url,
    SURREAL_NAMESPACE: namespace,
    SURREAL_DATABASE: database,
    SURREAL_USERNAME: username,
    SURREAL_PASSWORD: password,
    SURREAL_MANAGE_CHANGEFEEDS: 'all',
    JWT_SECRET,
  };
}

export async function startService(
  env: Readonly<Record<string, string>> = {},
  database = sharedDatabase(),
  options: GatewayOptions = {},
): Promise<Service> {
  const writer = await database.connect();
  const gateway = await startGateway({ ...databaseEnv(database), ...env }, options);
  const clients: TestClient[] = [];
  return {
    gateway,
    database,
    writer,
    connect: async (principal = 'user-1', claims = {}, options = {}) => {
      const client = await TestClient.connect(gateway.url, { token: tokenOf(principal, claims), ...options });
      clients.push(client);
      await client.next('welcome');
      return client;
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await gateway.stop();
      await database.stop();
    },
  };
}
