import { escapeName } from '../../values/escape-name.js';
import type { SupervisedConnection } from './supervised-connection.js';
import type { SurrealEndpoint } from './surreal-endpoint.js';

/**
 * Defines namespace and database where they are missing: to use one that isn't there makes it on the embedded engine
 * only. @throws ServerError where the user may not
 */
export async function defineDatabase(
  connection: SupervisedConnection,
  { namespace, database }: SurrealEndpoint,
): Promise<void> {
  const [ns, db] = [escapeName(namespace), escapeName(database)];
  await connection.query(
    `DEFINE NAMESPACE IF NOT EXISTS ${ns}; USE NS ${ns}; DEFINE DATABASE IF NOT EXISTS ${db}; USE DB ${db}`,
  );
}
