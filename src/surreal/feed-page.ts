import { ServerError } from 'surrealdb';
import { tableOf, type FeedEntry } from './feed-entry.js';
import type { Query } from './sdk-session.js';

/** The most keys, one for each transaction and table, that one answer holds. */
export const PAGE = 1_000;

/** The feed from a versionstamp on, that one included: a page can end in the middle of a transaction. */
export async function feedPage(query: Query, since: bigint, limit: number): Promise<readonly FeedEntry[]> {
  // A versionstamp is taken as a literal only.
  try {
    const [entries] = await query(`SHOW CHANGES FOR DATABASE SINCE ${since} LIMIT ${limit}`);
    return (entries ?? []) as readonly FeedEntry[];
  } catch (error) {
    // Nobody has written to this database yet.
    if (error instanceof ServerError && error.kind === 'NotFound') return [];
    throw error;
  }
}

/** Whether nothing lies behind a page. LIMIT counts keys, while the answer joins those of one transaction. */
export function isLastPage(entries: readonly FeedEntry[], since: bigint, limit: number): boolean {
  const keys = entries.reduce((sum, { changes }) => sum + new Set(changes.map(tableOf)).size, 0);
  return keys < limit / 2 || entries.at(-1)?.versionstamp === since;
}
