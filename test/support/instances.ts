import { TestClient } from './client.js';
import { sharedDatabase, type TestDatabase } from './database.js';
import { startGateway, type Gateway } from './gateway.js';
import { databaseEnv } from './service.js';
import { tokenOf } from './tokens.js';

/** Several instances of the service over one database, and clients that end with them. */
export class Instances {
  private readonly clients: TestClient[] = [];

  private constructor(
    private readonly database: TestDatabase,
    readonly gateways: Gateway[],
  ) {}

  /** Starts one for each of these environments. */
  static async start(...environments: readonly Readonly<Record<string, string>>[]): Promise<Instances> {
    const database = sharedDatabase();
    const gateways = environments.map((env) => startGateway({ ...databaseEnv(database), ...env }));
    return new Instances(database, await Promise.all(gateways));
  }

  /** A client of one of the instances, that is welcomed. */
  async connect(at: number, principal = 'ann', claims: Readonly<Record<string, unknown>> = {}): Promise<TestClient> {
    const client = await TestClient.connect(this.at(at).url, { token: tokenOf(principal, claims) });
    this.clients.push(client);
    await client.next('welcome');
    return client;
  }

  /** Defines a table that all of them can serve. */
  async define(table: string): Promise<void> {
    const writer = await this.database.connect();
    await writer.query(`DEFINE TABLE ${table} CHANGEFEED 1h INCLUDE ORIGINAL`);
    await writer.close();
  }

  at(index: number): Gateway {
    const gateway = this.gateways[index];
    if (!gateway) throw new Error(`There is no instance ${index}.`);
    return gateway;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.database.stop();
  }
}
