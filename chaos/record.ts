import type { TestDatabase } from '../test/support/database.js';
import { readFeed, type FeedChange } from '../test/support/feed.js';
import { answered } from './answered.js';
import { Collections } from './collections.js';
import { TABLES } from './tables.js';

const READ_MS = 60_000;
const ATTEMPTS = 3;

/** The database's own record, which all are held against. */
export interface DatabaseRecord {
  readonly feed: readonly FeedChange[];
  readonly collections: Collections;
}

/** Reads it once all who write are through; again where the connection breaks, as the database may just have come back. */
export async function readRecord(database: TestDatabase): Promise<DatabaseRecord> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await answered(readOnce(database), READ_MS);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function readOnce(database: TestDatabase): Promise<DatabaseRecord> {
  const connection = await database.connect();
  const feed = await readFeed(connection);
  return { feed, collections: await Collections.of(connection, TABLES) };
}
