import { expect } from '@jest/globals';
import { readFeed, type FeedChange } from './feed.js';
import type { TestDatabase } from './database.js';
import type { TestStream } from './test-stream.js';

const WAIT_MS = 10_000;

/** Its scan of the feed isn't of one moment: it can show a change, and lack an older one of the record that was committed meanwhile. */
const isEmbedded = !process.env.SURREAL_BIN && !process.env.SURREAL_URL;

/**
 * Expects that a stream was told all that the changefeed holds of its topic, from the first change on: once, in the order
 * of each record, and nothing but events. `concerns`: which of the changes it is to be told. On the embedded engine a change
 * can come too late to be told: `resync`, reason `late`, has to have said so.
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
  const { events, frames } = stream;
  const told = events.map(({ action, data }) => ({ id: data.id, action, version: data['version'] }));
  const committed = expected.map(({ id, action, after }) => ({ id, action, version: after?.['version'] }));
  const wasLate = isEmbedded && frames.some((frame) => frame.type === 'resync' && frame.reason === 'late');
  const due = wasLate ? withoutWhatIsMissing(byRecord(committed), byRecord(told)) : byRecord(committed);
  expect(byRecord(told)).toEqual(due);
  expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(events.length);
  expect(frames.filter((frame) => frame.type !== 'event' && !(wasLate && frame.type === 'resync'))).toEqual([]);
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

/** Of each record the changes that were told, and those behind them: nothing newer excuses these. */
function withoutWhatIsMissing(
  committed: Readonly<Record<string, string[]>>,
  told: Readonly<Record<string, string[]>>,
): Record<string, string[]> {
  const due = Object.entries(committed).map(([id, changes]) => {
    const wasTold = (change: string) => told[id]?.includes(change) ?? false;
    const newest = changes.findLastIndex(wasTold);
    return [id, changes.filter((change, place) => place > newest || wasTold(change))] as const;
  });
  return Object.fromEntries(due);
}
