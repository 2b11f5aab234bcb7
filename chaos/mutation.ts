import { RecordId, type Surreal, type SurrealTransaction } from 'surrealdb';
import { transact } from '../test/support/transact.js';
import type { Row } from './row.js';

/** One write to one record. */
export interface Mutation {
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly table: string;
  readonly id: string;
  readonly row?: Partial<Row>;
}

/** How a database is told of several. */
export type Style = 'one by one' | 'statements' | 'SDK transaction' | 'bulk';

/** Settles when all are acknowledged. One by one is for one of them: of several it would not be known which were done. */
export async function perform(connection: Surreal, mutations: readonly Mutation[], style: Style): Promise<void> {
  const bindings = Object.assign({}, ...mutations.map(bindingsOf)) as Record<string, unknown>;
  const statements = mutations.map(statementOf);
  switch (style) {
    case 'one by one':
      await connection.query(statements.join(' '), bindings);
      return;
    case 'statements':
      return transact(connection, statements, bindings);
    case 'SDK transaction':
      return inTransaction(await connection.beginTransaction(), statements, bindings);
    case 'bulk': {
      const rows = mutations.map((mutation) => ({ ...mutation.row, id: recordOf(mutation) }));
      await connection.query(`INSERT INTO ${mutations[0]?.table} $rows RETURN NONE`, { rows });
    }
  }
}

async function inTransaction(
  transaction: SurrealTransaction,
  statements: readonly string[],
  bindings: Record<string, unknown>,
): Promise<void> {
  try {
    for (const statement of statements) await transaction.query(statement, bindings);
  } catch (error) {
    await transaction.cancel();
    throw error;
  }
  await transaction.commit();
}

function statementOf({ action }: Mutation, index: number): string {
  if (action === 'DELETE') return `DELETE $record${index} RETURN NONE;`;
  return `${action} $record${index} CONTENT $row${index} RETURN NONE;`;
}

function bindingsOf(mutation: Mutation, index: number): Record<string, unknown> {
  return { [`record${index}`]: recordOf(mutation), [`row${index}`]: mutation.row };
}

function recordOf({ table, id }: Mutation): RecordId {
  return new RecordId(table, id);
}
