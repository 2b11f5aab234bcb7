import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { MetricsService } from '../metrics/metrics.service.js';
import { FeedClock } from '../surreal/feed/feed-clock.js';
import { FeedHistory } from '../surreal/feed/feed-history.js';
import type { SupervisedConnection } from '../surreal/connection/supervised-connection.js';
import { ChangeLog } from './change-log.js';
import { LogBackfill } from './log-backfill.js';

const NOW = Date.UTC(2026, 0);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Of history, one change a second. */
const SECONDS = 600;
const TEXT = 'x'.repeat(1_000);

const clock = new FeedClock();
const stampAt = (ago: number) => clock.stampAt(NOW - ago);

describe('LogBackfill', () => {
  const entries = Array.from({ length: SECONDS }, (_, index) => ({
    versionstamp: stampAt((SECONDS - index) * SECOND),
    changes: [{ update: { id: new RecordId('a', index), text: TEXT } }],
  }));
  let reads: bigint[];
  let log: ChangeLog;
  let backfill: LogBackfill;

  beforeEach(() => {
    reads = [];
    const query = (text: string): Promise<unknown[]> => {
      const [, since = '0', limit] = /SINCE (\d+) LIMIT (\d+)/.exec(text) ?? [];
      reads.push(BigInt(since));
      const found = entries.filter(({ versionstamp }) => versionstamp >= BigInt(since));
      return Promise.resolve([found.slice(0, Number(limit))]);
    };
    // Of a connection nothing but this is used.
    const connection = { query } as unknown as SupervisedConnection;
    // Room for about three minutes of ten.
    log = new ChangeLog(180 * 2_500);
    log.begin({ table: undefined, place: { stamp: stampAt(0) - 1n, index: 0 }, cursor: 'start' });
    backfill = new LogBackfill(
      log,
      { history: new FeedHistory(connection, { clock, databaseId: 'd' }) },
      new MetricsService(),
    );
  });

  it('covers what there is room for, in one piece and in order', async () => {
    expect(await backfill.cover(stampAt(2 * MINUTE))).toBe(true);
    expect(log.coveredFrom).toBe(stampAt(2 * MINUTE));
    expect([...log.changes('a', log.tail)].map(({ id }) => id.id)).toEqual(
      Array.from({ length: 120 }, (_, index) => SECONDS - 120 + index),
    );
  });

  it('answers who was away for a moment before it is known that another was away too long', async () => {
    const answers: string[] = [];
    const old = backfill.cover(stampAt(9 * MINUTE)).then((isCovered) => answers.push(`old ${isCovered}`));
    const recent = backfill.cover(stampAt(30 * SECOND)).then((isCovered) => answers.push(`recent ${isCovered}`));
    await Promise.all([old, recent]);
    expect(answers).toEqual(['recent true', 'old false']);
  });

  it('reads nothing again for those who come back from further away than the log reaches', async () => {
    expect(await backfill.cover(stampAt(9 * MINUTE))).toBe(false);
    const { length } = reads;
    for (let ago = 9 * MINUTE - SECOND; ago > 3 * MINUTE; ago -= SECOND) {
      await backfill.cover(stampAt(ago));
    }
    expect(reads).toHaveLength(length);
    expect(log.bytes).toBeLessThanOrEqual(log.limitBytes);
    expect(await backfill.cover(stampAt(MINUTE))).toBe(true);
  });
});
