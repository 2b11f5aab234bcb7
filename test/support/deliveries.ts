import { expect } from '@jest/globals';
import { readFeed, type FeedChange } from './feed.js';
import type { TestDatabase } from './database.js';
import type { TestStream } from './test-stream.js';

const WAIT_MS = 10_000;

/**
 * Expects that a stream was told all that the changefeed holds of its topic, from the first change on: once, in the order
 * of each record, and nothing but events. `concerns`: which of the changes it is to be told.
 */
export async function expectEveryChange(
  database: TestDatabase,
  stream: TestStream,
  concerns: (change: FeedChange) => boolean = () => true,
): Promise<void> {
  const connection = await database.connect();
  const feed = await readFeed(connection);
  await connection.close();
  const expected = feed.filter((change) => change.table === stream.subscribed.topic && concerns(change));
  expect(expected.length).toBeGreaterThan(0);
  // What is missing shows best in the comparison.
  await stream.client.until(() => stream.events.length >= expected.length, WAIT_MS).catch(() => undefined);
  const { events } = stream;
  const told = events.map(({ action, data }) => ({ id: data.id, action, version: data['version'] }));
  const committed = expected.map(({ id, action, after }) => ({ id, action, version: after?.['version'] }));
  // First: whether a resync stands for what is missing shows what went wrong.
  expect(stream.frames.filter(({ type }) => type !== 'event')).toEqual([]);
  expect(byRecord(told)).toEqual(byRecord(committed));
  expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(events.length);
}

interface Told {
  readonly id: string;
  readonly action: string;
  readonly version: unknown;
}

/** A deleted record's last version is known on one of the databases only. */
function byRecord(changes: readonly Told[]): Record<string, string[]> {
  const records: Record<string, string[]> = {};
  for (const { id, action, version } of changes) {
    (records[id] ??= []).push(action === 'DELETE' ? action : `${action} ${String(version)}`);
  }
  return records;
}
