import type { Duration } from 'surrealdb';

/** What the service has to know of a table. */
export interface TableDefinition {
  readonly name: string;
  /** New when the table is: a table that was removed and defined again has another. */
  readonly id: number;
  /** The changefeed tells what a record was before: nothing of the table's changes can be lost. */
  readonly durable: boolean;
  /** `DEFINE TABLE … AS SELECT`: neither changefeed nor live queries tell all that happens to its rows. */
  readonly view: boolean;
  /** For how long its changefeed is kept, in ms; 0 without one of its own. */
  readonly retentionMs: number;
}

interface StructuredTable {
  readonly name: string;
  readonly id?: number;
  readonly view?: unknown;
  readonly changefeed?: { readonly original?: boolean; readonly expiry?: Duration };
}

/**
 * The tables in the answer to `INFO FOR DB STRUCTURE`.
 *
 * @param databaseFeed whether the whole database has a changefeed with INCLUDE ORIGINAL.
 */
export function readTableDefinitions(info: unknown, databaseFeed: boolean): Map<string, TableDefinition> {
  const tables = (info as { tables?: readonly StructuredTable[] } | undefined)?.tables ?? [];
  return new Map(
    tables.map(({ name, id = 0, view, changefeed }) => [
      name,
      {
        name,
        id,
        view: view !== undefined,
        durable: view === undefined && (changefeed ? changefeed.original === true : databaseFeed),
        retentionMs: Number(changefeed?.expiry?.milliseconds ?? 0),
      },
    ]),
  );
}

/** Names of the computed fields in the answer to `INFO FOR TABLE … STRUCTURE`. */
export function readComputedFields(info: unknown): readonly string[] {
  const fields = (info as { fields?: readonly { name: string; computed?: unknown }[] } | undefined)?.fields ?? [];
  return fields.filter(({ computed }) => computed !== undefined).map(({ name }) => name);
}

/** Whether `INFO FOR NS` says that a database has a changefeed with INCLUDE ORIGINAL. */
export function readDatabaseFeed(info: unknown, database: string): boolean {
  const databases = (info as { databases?: Record<string, string> } | undefined)?.databases ?? {};
  return /\bCHANGEFEED\s+\S+\s+INCLUDE ORIGINAL\b/.test(databases[database] ?? '');
}

/** Tables that the service keeps for itself. */
export function isOwnTable(name: string): boolean {
  return name.startsWith('edge_hive_');
}
