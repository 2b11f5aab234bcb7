import { RecordId, type Surreal } from 'surrealdb';
import { retryConflict } from '../../src/surreal/connection/retry-conflict.js';
import type { TestDatabase } from './database.js';
import { transact } from './transact.js';

export interface BurstOptions {
  readonly writers: number;
  /** Writes of all writers together, about. */
  readonly writes: number;
  /** Rows of each bulk insert. */
  readonly bulkRows: number;
  readonly groups: number;
}

/** Tables that a burst writes to. Each record has one writer: the embedded engine loses updates that meet. */
export const BURST_TABLES = ['burst', 'burst_log'] as const;

/** Writes at once in every way there is: statements, transactions over two tables, SDK transactions, bulk inserts. */
export async function burst(database: TestDatabase, options: BurstOptions): Promise<void> {
  const { writers, writes, bulkRows } = options;
  const bulks = Math.min(2, Math.floor(writes / bulkRows));
  const each = Math.ceil((writes - bulks * bulkRows) / writers);
  const connections = await Promise.all(Array.from({ length: writers }, () => database.connect()));
  await Promise.all(
    connections.map(async (connection, writer) => {
      if (writer < bulks) await insertMany(connection, writer, options);
      await write(connection, writer, each, options);
    }),
  );
  await Promise.all(connections.map((connection) => connection.close()));
}

async function insertMany(connection: Surreal, writer: number, { bulkRows, groups }: BurstOptions): Promise<void> {
  const rows = Array.from({ length: bulkRows }, (_, row) => ({
    id: new RecordId('burst', `bulk-${writer}-${row}`),
    group: row % groups,
    version: 0,
  }));
  await connection.query('INSERT INTO burst $rows RETURN NONE', { rows });
}

async function write(connection: Surreal, writer: number, writes: number, { groups }: BurstOptions): Promise<void> {
  for (let done = 0, version = 0; done < writes; version += 1) {
    const record = new RecordId('burst', `w-${writer}-${version >> 2}`);
    const bindings = { record, group: (writer * 7 + (version >> 1)) % groups, version, writer };
    done += await retryConflict(() => writeOnce(connection, version, bindings));
  }
}

/** Server and engine let transactions on different records conflict, too. @returns how many writes it was. */
async function writeOnce(connection: Surreal, version: number, bindings: Record<string, unknown>): Promise<number> {
  switch (version % 4) {
    case 0:
      await connection.query('CREATE $record SET group = $group, version = $version RETURN NONE', bindings);
      return 1;
    case 1:
      await transact(
        connection,
        [
          'UPDATE $record SET version = $version RETURN NONE;',
          'CREATE burst_log SET writer = $writer, version = $version RETURN NONE;',
        ],
        bindings,
      );
      return 2;
    case 2: {
      const transaction = await connection.beginTransaction();
      await transaction.query('UPDATE $record SET version = $version, group = $group RETURN NONE', bindings);
      await transaction.query('CREATE burst_log SET writer = $writer, version = $version RETURN NONE', bindings);
      await transaction.commit();
      return 2;
    }
    default:
      if (version % 3 === 0) await connection.query('DELETE $record RETURN NONE', bindings);
      else await connection.query('UPDATE $record SET version = $version RETURN NONE', bindings);
      return 1;
  }
}
