import type { RecordId } from 'surrealdb';
import type { RowTest } from '../filter/compile-condition.js';
import type { Change } from '../surreal/changes/change.js';
import type { DatabaseRow } from '../values/path.js';
import { recordIdText } from '../values/record-id-text.js';

/**
 * Whether a snapshot lacks a row that it should have. The embedded engine in memory (3.0.2) drops what a record was while
 * a transaction that began before still reads: a row that is written meanwhile can be missing. The change that followed
 * tells what it was.
 *
 * @param following changes in order; those that the rows contain are passed over
 */
export function missesRow(
  rows: readonly DatabaseRow[],
  following: Iterable<Change>,
  contains: (change: Change) => boolean,
  matches: RowTest,
): boolean {
  const seen = new Set(rows.map((row) => recordIdText(row['id'] as RecordId)));
  for (const change of following) {
    if (seen.has(change.key) || contains(change)) continue;
    // Only the first change that follows says what the record was then.
    seen.add(change.key);
    if (change.before && matches(change.before)) return true;
  }
  return false;
}
