import type { RecordId, Surreal } from 'surrealdb';

/** One mutation as the database itself recorded it. */
export interface FeedChange {
  /** Of its transaction. */
  readonly versionstamp: bigint;
  readonly table: string;
  readonly id: string;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The record after it; absent after DELETE. */
  readonly after?: Readonly<Record<string, unknown>>;
}

interface Entry {
  readonly versionstamp: bigint;
  readonly changes: readonly Raw[];
}

interface Raw {
  readonly update?: { readonly id: RecordId } | readonly unknown[];
  readonly current?: { readonly id: RecordId };
  readonly delete?: { readonly id: RecordId };
}

const PAGE = 500;

/** The whole changefeed of a database, read afresh: the judge of what was committed, and in which order. */
export async function readFeed(connection: Surreal): Promise<FeedChange[]> {
  const entries = new Map<bigint, Entry>();
  for (let since = 0n; ;) {
    const [page] = await connection.query<[Entry[]]>(`SHOW CHANGES FOR DATABASE SINCE ${since} LIMIT ${PAGE}`);
    for (const entry of page) entries.set(entry.versionstamp, entry);
    const last = page.at(-1)?.versionstamp;
    if (last === undefined || last === since) break;
    since = last;
  }
  return [...entries.values()].flatMap(({ versionstamp, changes }) =>
    changes.flatMap((raw) => decode(raw).map((change) => ({ versionstamp, ...change }))),
  );
}

function decode(raw: Raw): Omit<FeedChange, 'versionstamp'>[] {
  if (raw.current) return [told('UPDATE', raw.current)];
  if (raw.delete) return [{ table: raw.delete.id.table.name, id: raw.delete.id.toString(), action: 'DELETE' }];
  return raw.update && 'id' in raw.update ? [told('CREATE', raw.update)] : [];
}

function told(action: 'CREATE' | 'UPDATE', row: { readonly id: RecordId }): Omit<FeedChange, 'versionstamp'> {
  return { table: row.id.table.name, id: row.id.toString(), action, after: row };
}
