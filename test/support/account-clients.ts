import { accountToken } from './account-token.js';
import { TestClient } from './client.js';
import type { TestDatabase } from './database.js';

/** Clients that speak for accounts of the access `people`, of which each is closed behind its test. */
export class AccountClients {
  private readonly open: TestClient[] = [];

  /** The one that came last. */
  get last(): TestClient | undefined {
    return this.open.at(-1);
  }

  /** Settles with its `welcome`. */
  async connect(database: TestDatabase, url: string, name: string): Promise<TestClient> {
    const client = await TestClient.connect(url, { token: await accountToken(database, 'people', name) });
    this.add(client);
    await client.next('welcome');
    return client;
  }

  /** One that was connected otherwise. */
  add(client: TestClient): void {
    this.open.push(client);
  }

  async close(): Promise<void> {
    await Promise.all(this.open.splice(0).map((client) => client.close()));
  }
}
