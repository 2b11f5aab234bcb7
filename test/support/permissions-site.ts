import type { Surreal } from 'surrealdb';
import { AccountClients } from './account-clients.js';
import type { TestClient } from './client.js';
import { sharedDatabase, type TestDatabase } from './database.js';
import { startGateway, type Gateway } from './gateway.js';
import { databaseEnv } from './service.js';

/** A database, and a service without a key whose rights are the permissions of that database. */
export class PermissionsSite {
  readonly clients = new AccountClients();

  private constructor(
    readonly database: TestDatabase,
    readonly root: Surreal,
    readonly gateway: Gateway,
  ) {}

  /** @param schema with an access `people` */
  static async open(schema: string): Promise<PermissionsSite> {
    const database = sharedDatabase();
    const root = await database.connect();
    await root.query(schema);
    const gateway = await startGateway({ ...databaseEnv(database), JWT_SECRET: '', RIGHTS: 'surrealdb' });
    return new PermissionsSite(database, root, gateway);
  }

  /** A client that speaks for an account, of this service or another one over the same database. */
  connect(name: string, url = this.gateway.url): Promise<TestClient> {
    return this.clients.connect(this.database, url, name);
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.database.stop();
  }
}
