import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { MetricsService } from '../../metrics/metrics.service.js';
import { ChangeFeed, type FeedIntervals } from './change-feed.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { FeedReader } from './feed-reader.js';
import type { Bells } from '../live/doorbells.js';
import { LiveQueries } from '../live/live-queries.js';
import { QuietTables } from '../live/quiet-tables.js';
import { SdkSession } from '../connection/sdk-session.js';
import { SupervisedConnection } from '../connection/supervised-connection.js';

const { SURREAL_BIN: bin } = process.env;
/** Longer than any test: only a ring can be why the feed is read. */
const NEVER_MS = 600_000;
const INTERVALS: FeedIntervals = {
  surrealPollMs: NEVER_MS,
  surrealFastWindowMs: 50,
  surrealSweepIntervalMs: NEVER_MS,
  surrealSweepWindowMs: 3 * NEVER_MS,
};

describe('ChangeFeed', () => {
  let server: SurrealProcess;
  let writer: SdkSession;
  let connection: SupervisedConnection;
  let bells: LiveQueries;
  let reader: FeedReader;
  let feed: ChangeFeed;
  let metrics: MetricsService;
  let armed: Bells;
  let quiet: QuietTables;
  const keys = new Set<string>();
  let wake: () => void = () => undefined;

  beforeAll(async () => {
    server = await startSurreal({ ...(bin && { bin }) });
    writer = await SdkSession.open({ endpoint, timeoutMs: 10_000 });
    await writer.query('DEFINE NAMESPACE IF NOT EXISTS main; USE NS main; DEFINE DATABASE IF NOT EXISTS main');
    await writer.query('DEFINE TABLE t CHANGEFEED 3d INCLUDE ORIGINAL');
  });

  afterAll(async () => {
    writer.close();
    await server.stop();
  });

  beforeEach(async () => {
    const options = { endpoint, timeoutMs: 10_000, heartbeatMs: 10_000 };
    metrics = new MetricsService();
    await new Promise<void>((resolve) => {
      connection = new SupervisedConnection('test', options, { connected: resolve });
      connection.start();
    });
    reader = new FeedReader(connection, INTERVALS);
    reader.keptFor(259_200_000);
    reader.listen({
      changes: (changes) => {
        feed.wrote(changes);
        for (const { key } of changes) keys.add(key);
        wake();
      },
      began: () => undefined,
      late: () => undefined,
      swept: () => undefined,
      unreadable: () => undefined,
      marked: () => undefined,
      replaced: () => undefined,
    });
    bells = new LiveQueries(
      { ...options, name: 'bells', projection: 'id', mayListen, mayKill: mayListen },
      {
        message: (table) => feed.rang(table),
        interrupted: ({ closeCode }) => feed.interrupted(closeCode === 1013),
        restored: () => feed.interrupted(false),
      },
    );
    feed = feedWith('always');
    await reader.begin('test');
    bells.start();
    await bells.firstSession;
  });

  afterEach(async () => {
    await feed.stop();
    await Promise.all([bells.stop(), connection.stop()]);
  });

  function feedWith(when: Bells, quietMs = NEVER_MS): ChangeFeed {
    armed = when;
    quiet = new QuietTables(quietMs);
    const doorbells = Object.assign(bells, { bells: when, listen: () => undefined });
    return new ChangeFeed(reader, doorbells, quiet, metrics, INTERVALS);
  }

  function mayListen(table: string): boolean {
    return armed === 'always' || quiet.isQuiet(table, performance.now());
  }

  function endpoint() {
    return { url: server.url, namespace: 'main', database: 'main', username: 'root', password: 'root' };
  }

  async function delivered(key: string): Promise<void> {
    while (!keys.has(key)) await new Promise<void>((resolve) => (wake = resolve));
  }

  /** Starts to read, and waits until the bell of the table hangs. */
  async function listen(): Promise<void> {
    feed.listen('t');
    feed.start();
    feed.resume();
    while (!bells.hears('t')) await new Promise(setImmediate);
  }

  /** Listens with a bell that was armed while nobody wrote, and can't be killed from now on. */
  async function listenWhileQuiet(): Promise<void> {
    feed = feedWith('quiet', 0);
    await listen();
    await feed.stop();
    feed = feedWith('quiet');
    await listen();
  }

  it('reads when the bell of a table rings', async () => {
    await listen();
    await writer.query('CREATE t:rung');
    await delivered('t:rung');
    expect([await metrics.feedLoop.value(), await metrics.doorbells.value()]).toEqual([0, 1]);
  });

  it('takes the bells down and reads in a loop when they ring all the time', async () => {
    await listen();
    // How many it takes is a matter of the machine: what counts is how many ring in a second.
    const many = Array.from({ length: 300 }, () => 'CREATE t RETURN NONE').join('; ');
    while (bells.hears('t')) await writer.query(many);
    expect(await metrics.feedLoop.value()).toBe(1);
    await writer.query('CREATE t:silent');
    await delivered('t:silent');
  });

  it('takes a lost connection of the bells for a ring', async () => {
    await listen();
    bells.renew('a test');
    await writer.query('CREATE t:unheard');
    await delivered('t:unheard');
    while (!bells.hears('t')) await new Promise(setImmediate);
  });

  it('reads nothing while the database is away', async () => {
    await listen();
    feed.pause();
    await writer.query('CREATE t:paused');
    const missed = keys.has('t:paused');
    feed.resume();
    await delivered('t:paused');
    expect(missed).toBe(false);
  });

  it('waits until a transaction was told', async () => {
    await listen();
    feed.unlisten('t');
    await writer.query('CREATE t:behind');
    const [entries] = await writer.query('SHOW CHANGES FOR DATABASE SINCE 0 LIMIT 1000');
    const { versionstamp } = (entries as { versionstamp: bigint }[]).at(-1) ?? { versionstamp: 0n };
    await feed.reached([versionstamp]);
    expect(keys).toContain('t:behind');
  });

  it('gives up waiting when the feed is another one', async () => {
    await listen();
    const reached = feed.reached([2n ** 63n]);
    const failed = expect(reached).rejects.toBeInstanceOf(DatabaseUnavailable);
    feed.pause();
    await reader.begin('test');
    feed.resume();
    await failed;
  });

  it('arms no bell before its table was quiet for long, and reads all the same', async () => {
    feed = feedWith('quiet');
    feed.listen('t');
    feed.start();
    feed.resume();
    await writer.query('CREATE t:polled');
    await delivered('t:polled');
    feed.retry();
    await bells.want(['t']);
    expect(bells.hears('t')).toBe(false);
  });

  it('arms a bell once its table is quiet, and keeps it when it is written to', async () => {
    await listenWhileQuiet();
    await writer.query('CREATE t:kept');
    await delivered('t:kept');
    feed.retry();
    await bells.want(['t']);
    expect(bells.hears('t')).toBe(true);
  });

  it.each<[string, () => void | Promise<unknown>]>([
    ['nobody listens any more', () => feed.unlisten('t')],
    ['all the bells ring', () => Promise.all(Array.from({ length: 60 }, (_, n) => writer.query(`CREATE t:flood${n}`)))],
  ])('makes no deletion fail that is under way when %s', async (_, happens) => {
    await listenWhileQuiet();
    const other = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket });
    const { url, namespace, database, ...authentication } = endpoint();
    await other.connect(url, { namespace, database, authentication });
    await other.query('CREATE t:deleted');
    const transaction = await other.beginTransaction();
    await transaction.query('DELETE t:deleted');
    await happens();
    await bells.want([]);
    await transaction.commit();
    await other.close();
  });
});
