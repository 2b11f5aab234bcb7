import { ServerError } from 'surrealdb';
import { DecodedEntry, tableOf, type FeedEntry, type RawEntry } from '../entries/feed-entry.js';
import { SHOW_CHANGES } from '../entries/feed-question.js';
import type { Query } from '../connection/sdk-session.js';
import { findUnreadable } from '../entries/unreadable-entry.js';

/** The most keys, one for each transaction and table, that one answer holds. */
export const PAGE = 1_000;

/** A stretch of the feed. */
export interface FeedPage {
  readonly entries: readonly FeedEntry[];
  /** Whether nothing lies behind it. */
  readonly last: boolean;
  /** From where the page behind it is to be read. */
  readonly next: bigint;
  /** Stamp of a transaction behind the entries that the database can't hand out. */
  readonly unreadable?: bigint;
}

/**
 * The feed from a versionstamp on, that one included: a page can end in the middle of a transaction. It ends early at a
 * transaction that can't be read, and passes over it.
 */
export async function feedPage(query: Query, since: bigint, limit: number): Promise<FeedPage> {
  const entries = await show(query, since, limit);
  if (entries instanceof ServerError) return pageBefore(entries, query, since, limit);
  return { entries, last: isLastPage(entries, since, limit), next: entries.at(-1)?.versionstamp ?? since };
}

/** A short page, or a longer one where the transaction that it begins in may have more keys than the short one holds. */
export async function pageBeyond(query: Query, since: bigint, limit: number): Promise<FeedPage> {
  const page = await feedPage(query, since, limit);
  const isWithinOne = page.last && !isFarFromFull(page.entries, limit);
  return isWithinOne && limit < PAGE ? feedPage(query, since, PAGE) : page;
}

/**
 * Page after page, from a versionstamp on to the end of the feed, or until one reaches `until`. While one is worked on, the
 * database reads the next; no query is under way any more when whoever takes the pages stops.
 */
export async function* feedPages(query: Query, since: bigint, limit: number, until?: bigint): AsyncGenerator<FeedPage> {
  let ahead: Promise<FeedPage> | undefined = feedPage(query, since, limit);
  try {
    while (ahead) {
      const page: FeedPage = await ahead;
      const isEnough = page.last || (until !== undefined && page.next >= until);
      ahead = isEnough ? undefined : feedPage(query, page.next, limit);
      // Told when its turn comes: until then nobody awaits it.
      ahead?.catch(ignore);
      yield page;
    }
  } finally {
    await ahead?.catch(ignore);
  }
}

/** What can be read of a page that can't be read whole. */
async function pageBefore(failure: ServerError, query: Query, since: bigint, limit: number): Promise<FeedPage> {
  let [size, entries] = await readable(query, since, limit);
  let newest = entries.at(-1)?.versionstamp;
  while (newest === since) {
    // One more at a time: what can't be read may belong to the same transaction, or stand behind others.
    const longer = await show(query, since, ++size);
    if (longer instanceof ServerError) break;
    entries = longer;
    newest = entries.at(-1)?.versionstamp;
  }
  if (newest !== undefined && newest > since) return { entries, last: false, next: newest };
  const canRead = async (from: bigint) => !((await show(query, from, 1)) instanceof ServerError);
  const unreadable = await findUnreadable(since, newest !== undefined, canRead);
  // It fails wherever it is read: that isn't for the sake of an entry.
  if (unreadable === undefined) throw failure;
  return { entries, last: false, next: unreadable + 1n, unreadable };
}

/** The longest page that can be read, to a factor of two, and how long it may be. */
async function readable(query: Query, since: bigint, limit: number): Promise<[number, readonly FeedEntry[]]> {
  for (let size = limit; size > 1;) {
    size = Math.ceil(size / 2);
    const entries = await show(query, since, size);
    if (!(entries instanceof ServerError)) return [size, entries];
  }
  return [0, []];
}

/** @returns the server's error where it gives no answer to be decoded. @throws DatabaseUnavailable */
async function show(query: Query, since: bigint, limit: number): Promise<readonly FeedEntry[] | ServerError> {
  try {
    // A versionstamp is taken as a literal only.
    const [entries] = await query(`${SHOW_CHANGES} FOR DATABASE SINCE ${since} LIMIT ${limit}`);
    return ((entries ?? []) as readonly (FeedEntry | RawEntry)[]).map((entry) =>
      'count' in entry ? entry : new DecodedEntry(entry),
    );
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    // Nobody has written to this database yet.
    return error.kind === 'NotFound' ? [] : error;
  }
}

/** Whether nothing lies behind a page. */
export function isLastPage(entries: readonly FeedEntry[], since: bigint, limit: number): boolean {
  return entries.at(-1)?.versionstamp === since || isFarFromFull(entries, limit);
}

/** Whether there would have been room for more. LIMIT counts keys, while the answer joins those of one transaction. */
function isFarFromFull(entries: readonly FeedEntry[], limit: number): boolean {
  // A key holds one change or more.
  if (entries.length >= limit / 2) return false;
  if (entries.reduce((sum, { count }) => sum + count, 0) < limit / 2) return true;
  // What doesn't tell its table may be of one that nothing else is of.
  const tables = (entry: FeedEntry) => new Set(Array.from(entry.outlines(), (change) => tableOf(change) ?? change));
  return entries.reduce((sum, entry) => sum + tables(entry).size, 0) < limit / 2;
}

function ignore(): void {
  // Whoever awaits the page is told.
}
