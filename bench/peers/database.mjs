import { startSurreal } from '@edge-hive/surreal-server';
import { prepareDatabase } from '../load/database-client.mjs';

/** Where the benchmarks write. */
export const TABLE = 'bench';

/** A SurrealDB in memory: the binary that `SURREAL_BIN` names, else the embedded engine. With one table that keeps its changes. */
export async function startDatabase() {
  const { SURREAL_BIN: bin } = process.env;
  const database = await startSurreal(bin ? { bin } : {});
  await prepareDatabase(database.url, TABLE);
  return database;
}

/** Points the service at a database. */
export function databaseEnv({ url }) {
  return { SURREAL_URL: url, SURREAL_USERNAME: 'root', SURREAL_PASSWORD: 'root' };
}
