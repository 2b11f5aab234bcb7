import { createHash, randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import { retryConflict } from './retry-conflict.js';
import type { SupervisedConnection } from './supervised-connection.js';
import type { SurrealEndpoint } from './surreal-endpoint.js';

const TABLE = 'edge_hive_identity';
/** Short: a database keeps its whole changefeed for as long as the table that wants it longest. */
const FEED = 'CHANGEFEED 1h INCLUDE ORIGINAL';

export interface DatabaseIdentity {
  /** At most 16 characters of `0-9a-z`. */
  readonly id: string;
  /** Whether the user may define and write. */
  readonly writable: boolean;
}

/**
 * A random id that the service keeps in the database, so that cursors of another database, or of one that was made anew
 * under the same name, are known for what they are. Where it may not write, one derived from namespace and database.
 *
 * The write also puts an entry into the changefeed, by which its clock is found out.
 */
export async function identify(
  connection: SupervisedConnection,
  { namespace, database }: SurrealEndpoint,
): Promise<DatabaseIdentity> {
  const fresh = BigInt(`0x${randomBytes(8).toString('hex')}`).toString(36);
  try {
    const definition = `DEFINE TABLE IF NOT EXISTS ${TABLE} ${FEED} PERMISSIONS NONE`;
    await retryConflict(() => connection.query(definition));
    // Not UPSERT … SET value = value ?? $fresh: in the embedded engine (3.0.2) an UPSERT doesn't see the record's own fields.
    const text =
      `INSERT IGNORE INTO ${TABLE} { id: 'this', value: $fresh } RETURN NONE; ` +
      `UPDATE ${TABLE}:this SET seen = time::now() RETURN NONE; SELECT VALUE value FROM ONLY ${TABLE}:this`;
    const results = await retryConflict(() => connection.query(text, { fresh }));
    return { id: String(results[2]), writable: true };
  } catch (error) {
    if (!(error instanceof ServerError) || error.kind !== 'NotAllowed') throw error;
    new Logger('Surreal').log(
      `The database user may not write: changefeeds can't be added, and cursors are tied to the names of ` +
        'namespace and database only. Role EDITOR allows both.',
    );
    const digest = createHash('sha256').update(`${namespace}\0${database}`).digest('hex').slice(0, 15);
    return { id: BigInt(`0x${digest}`).toString(36), writable: false };
  }
}
