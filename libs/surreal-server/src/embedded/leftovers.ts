import { escapeIdent } from 'surrealdb';
import { type Engine, executeAsRoot } from './engine.js';

/** A table whose writers still pay for live queries of a run that was killed. */
export interface Leftover {
  readonly namespace: string;
  readonly database: string;
  readonly table: string;
  readonly liveQueries: number;
}

/**
 * Finds the live queries that a killed run left in the folder; call it before the first client. The engine has no way
 * to end them short of removing the table: it gives itself a new node id at each start, registers none, and KILL looks
 * only among its own node's.
 */
export async function findLeftovers(engine: Engine): Promise<Leftover[]> {
  const found: Leftover[] = [];
  for (const namespace of await names(engine, 'INFO FOR ROOT', 'namespaces')) {
    const inNamespace = `USE NS ${escapeIdent(namespace)}`;
    for (const database of await names(engine, `${inNamespace}; INFO FOR NS`, 'databases')) {
      const inDatabase = `${inNamespace} DB ${escapeIdent(database)}`;
      for (const table of await names(engine, `${inDatabase}; INFO FOR DB`, 'tables')) {
        const lives = await names(engine, `${inDatabase}; INFO FOR TABLE ${escapeIdent(table)}`, 'lives');
        if (lives.length > 0) found.push({ namespace, database, table, liveQueries: lives.length });
      }
    }
  }
  return found;
}

async function names(engine: Engine, info: string, section: string): Promise<string[]> {
  const answer = (await executeAsRoot(engine, info)).at(-1) as Record<string, object>;
  return Object.keys(answer[section] ?? {});
}

export function describeLeftover({ namespace, database, table, liveQueries }: Leftover): string {
  const where = `${namespace}/${database}/${table}`;
  return `${liveQueries} live queries of a killed run slow each write to ${where}: only removing the table ends them`;
}
