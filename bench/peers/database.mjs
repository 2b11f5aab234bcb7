import { startSurreal } from '@edge-hive/surreal-server';
import { prepareDatabase } from '../load/database-client.mjs';

/** A SurrealDB in memory: the binary that `SURREAL_BIN` names, else the embedded engine. Its tables keep their changes. */
export async function startDatabase(tables) {
  const { SURREAL_BIN: bin } = process.env;
  const database = await startSurreal(bin ? { bin } : {});
  await prepareDatabase(database.url, tables);
  return database;
}

/** Points the service at a database. */
export function databaseEnv({ url }) {
  return { SURREAL_URL: url, SURREAL_USERNAME: 'root', SURREAL_PASSWORD: 'root' };
}
