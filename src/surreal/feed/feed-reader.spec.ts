import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { DateTime, RecordId } from 'surrealdb';
import type { Change, FeedMark } from '../changes/change.js';
import type { FeedEntry, RawChange, RawEntry } from '../entries/feed-entry.js';
import { FeedReader, type FeedReaderListener, type FeedWindows } from './feed-reader.js';
import { SdkSession, type Query } from '../connection/sdk-session.js';
import { SupervisedConnection } from '../connection/supervised-connection.js';
import { SWEEPS, type Sweep } from './sweep-places.js';

const { SURREAL_BIN: bin } = process.env;
const WINDOWS: FeedWindows = { surrealFastWindowMs: 50, surrealSweepWindowMs: 3_000 };
/** Keys in a page of a sweep. */
const PAGE = 250;

/** Notes all that a reader tells. */
class Delivered implements FeedReaderListener {
  readonly texts: string[] = [];
  readonly all: Change[] = [];
  sweptChanges = 0;
  definitions = 0;
  replacements = 0;
  readonly unreadables: bigint[] = [];

  changes(changes: readonly Change[]): void {
    this.all.push(...changes);
    this.texts.push(...changes.map(({ action, key }) => `${action} ${key}`));
  }
  began(): void {
    // Told at every beginning; what follows from it is judged by what is told next.
  }
  late(change: Change): void {
    this.texts.push(`late ${change.action} ${change.key}`);
  }
  swept(late: number): void {
    this.sweptChanges += late;
  }
  marked(): void {
    this.definitions += 1;
  }
  unreadable({ place }: FeedMark): void {
    this.unreadables.push(place.stamp);
  }
  replaced(): void {
    this.replacements += 1;
  }
}

function readerOver(connection: SupervisedConnection, delivered: Delivered): FeedReader {
  const reader = new FeedReader(connection, WINDOWS);
  reader.listen(delivered);
  reader.keptFor(259_200_000);
  return reader;
}

/** Takes away the form of a record's id, as a version of SurrealDB yet to come might. */
function garbled(entry: FeedEntry, record: string): RawEntry {
  const changes = Array.from(entry.changes(), (change): RawChange => {
    const { update } = change;
    if (!update || !('id' in update) || String(update.id) !== record) return change;
    return { update: { ...update, id: record } } as unknown as RawChange;
  });
  return { versionstamp: entry.versionstamp, changes };
}

describe('FeedReader of a database', () => {
  let server: SurrealProcess;
  let root: SdkSession;
  let connection: SupervisedConnection;
  let databases = 0;
  let delivered: Delivered;
  let reader: FeedReader;

  const endpoint = (database: string) => () => ({
    url: server.url,
    namespace: 'main',
    database,
    username: 'root',
    password: 'root',
  });

  beforeAll(async () => {
    server = await startSurreal({ ...(bin && { bin }) });
    root = await SdkSession.open({ endpoint: endpoint('main'), timeoutMs: 10_000 });
    await root.query('DEFINE NAMESPACE IF NOT EXISTS main');
  });

  afterAll(async () => {
    root.close();
    await server.stop();
  });

  beforeEach(async () => {
    const database = `feed${++databases}`;
    await root.query(`USE NS main; DEFINE DATABASE ${database}`);
    const connected = new Promise<void>((resolve) => {
      const options = { endpoint: endpoint(database), timeoutMs: 10_000, heartbeatMs: 10_000 };
      connection = new SupervisedConnection('test', options, { connected: resolve });
    });
    connection.start();
    await connected;
    const tables = ['a', 'b', 'c'].map((name) => `DEFINE TABLE ${name} CHANGEFEED 3d INCLUDE ORIGINAL`);
    await connection.query(tables.join('; '));
    delivered = new Delivered();
    reader = readerOver(connection, delivered);
    await reader.begin('test');
  });

  afterEach(() => connection.stop());

  it('tells each change once, in order, however often it reads', async () => {
    await connection.query('CREATE a:1 SET n = 1; UPDATE a:1 SET n = 2; CREATE b:1; DELETE a:1');
    expect(await reader.read()).toBe(7); // the three definitions count
    await connection.query('CREATE a:2');
    expect(await reader.read()).toBe(1);
    expect(await reader.read()).toBe(0);
    expect(await reader.sweep('whole', PAGE)).toBe(true);
    expect(delivered.texts).toEqual(['CREATE a:1', 'UPDATE a:1', 'CREATE b:1', 'DELETE a:1', 'CREATE a:2']);
    expect(delivered.all.map(({ before }) => before?.['n']).slice(0, 2)).toEqual([undefined, 1]);
    expect(new Set(delivered.all.map(({ cursor }) => cursor)).size).toBe(5);
    expect(delivered.sweptChanges).toBe(0);
  });

  it('tells when a change was made, to a few seconds', async () => {
    await connection.query('CREATE a:1');
    await reader.read();
    expect(Math.abs((delivered.all[0]?.time ?? 0) - Date.now())).toBeLessThan(5_000);
  });

  it('tells the statements of one transaction in their order', async () => {
    await connection.query('BEGIN; CREATE a:1; CREATE a:2; UPDATE a:1 SET n = 2; DELETE a:2; COMMIT');
    await reader.read();
    expect(delivered.texts).toEqual(['CREATE a:1', 'CREATE a:2', 'UPDATE a:1', 'DELETE a:2']);
  });

  it('hands on all of transactions over several tables that pages cut in two', async () => {
    const transaction = (n: number) => `BEGIN; CREATE a:${n}; CREATE b:${n}; CREATE c:${n}; COMMIT`;
    // 1200 keys behind the three definitions, 1000 a page: the first ends in the middle of a transaction.
    const numbers = Array.from({ length: 400 }, (_, n) => n);
    for (const n of numbers) await connection.query(transaction(n));
    expect(await reader.read()).toBe(1_203);
    expect(delivered.texts).toEqual(numbers.flatMap((n) => [`CREATE a:${n}`, `CREATE b:${n}`, `CREATE c:${n}`]));
    // Once reads look there no longer, the sweep goes over it in smaller pages.
    for (let pages = 0; pages < 4;) {
      await reader.read();
      for (pages = 1; !(await reader.sweep('whole', PAGE));) pages += 1;
    }
    expect(delivered.texts).toHaveLength(1_200);
  });

  it('lets others have their turn while it hands on a large transaction, which counts as handed on once all of it is', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => ({ id: new RecordId('a', n) }));
    await connection.query('INSERT INTO a $rows RETURN NONE', { rows });
    const sizes: number[] = [];
    const hasRead: boolean[] = [];
    delivered.changes = (changes) => {
      sizes.push(changes.length);
      // The turn of others, which comes before the next part: on a slow machine there are more parts.
      expect(hasRead).toHaveLength(sizes.length - 1);
      setImmediate(() => hasRead.push(reader.hasRead(changes[0]?.place?.stamp ?? 0n)));
    };
    await reader.read();
    await new Promise(setImmediate);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2_500);
    expect(hasRead).toEqual([...sizes.slice(1).map(() => false), true]);
  });

  it('passes over what the database can’t hand out, once, and goes on behind it', async () => {
    await connection.query('CREATE a:1');
    await connection.query('CREATE a:2 SET x = <regex>"x.*" RETURN NONE');
    await connection.query('BEGIN; CREATE a:3; CREATE b:3 SET x = <regex>"x.*" RETURN NONE; COMMIT');
    await connection.query('CREATE a:4');
    for (let reads = 0; reads < 3; reads += 1) await reader.read();
    while (!(await reader.sweep('whole', PAGE)));
    expect(delivered.texts.filter((text) => text !== 'CREATE a:3')).toEqual(['CREATE a:1', 'CREATE a:4']);
    expect(delivered.unreadables).toHaveLength(2);
    expect(new Set(delivered.unreadables).size).toBe(2);
    expect(delivered.replacements).toBe(0);
  });

  it('passes over an entry that it can’t make out, once, and hands on what is before and behind it', async () => {
    const query = connection.query.bind(connection);
    jest.spyOn(connection, 'query').mockImplementation(async (text, bindings) => {
      const answer = await query(text, bindings);
      if (!text.startsWith('SHOW CHANGES')) return answer;
      return [(answer[0] as FeedEntry[]).map((entry) => garbled(entry, 'a:2'))];
    });
    await connection.query('BEGIN; CREATE a:1; CREATE a:2; CREATE a:3; COMMIT');
    await connection.query('CREATE a:4');
    for (let reads = 0; reads < 3; reads += 1) await reader.read();
    while (!(await reader.sweep('whole', PAGE)));
    expect(delivered.texts).toEqual(['CREATE a:1', 'CREATE a:3', 'CREATE a:4']);
    expect(delivered.unreadables).toEqual([delivered.all[0]?.place?.stamp]);
  });

  it('knows which transactions it has told', async () => {
    await connection.query('CREATE a:1');
    await reader.read();
    const stamp = delivered.all[0]?.place?.stamp ?? 0n;
    await connection.query('CREATE a:2');
    expect([reader.hasRead(stamp), reader.hasRead(stamp + 1n), reader.hasRead(0n)]).toEqual([true, false, true]);
  });

  it('tells of definitions', async () => {
    await reader.read();
    delivered.definitions = 0;
    await connection.query('DEFINE TABLE d CHANGEFEED 3d INCLUDE ORIGINAL');
    await reader.read();
    expect(delivered.definitions).toBe(1);
  });

  it('hands on what happens in the service’s own tables: a stream can begin at such a change', async () => {
    await connection.query('DEFINE TABLE edge_hive_x CHANGEFEED 3d INCLUDE ORIGINAL; CREATE edge_hive_x:1; CREATE a:1');
    await reader.read();
    expect(delivered.texts).toEqual(['CREATE edge_hive_x:1', 'CREATE a:1']);
  });

  it('goes on where it was after a read that failed', async () => {
    await connection.query('CREATE a:1');
    await reader.read();
    await connection.query('CREATE a:2');
    const failing = reader.read();
    connection.renew('a test');
    await expect(failing).rejects.toThrow('a test');
    while (!connection.up) await new Promise(setImmediate);
    expect(await reader.continues()).toBe(true);
    await reader.read();
    expect(delivered.texts).toEqual(['CREATE a:1', 'CREATE a:2']);
  });

  it('finds that the database was removed and made anew', async () => {
    await connection.query('CREATE a:1');
    await reader.read();
    const database = `feed${databases}`;
    await connection.query(`REMOVE DATABASE ${database}; DEFINE DATABASE ${database}`);
    await connection.query('DEFINE TABLE a CHANGEFEED 3d INCLUDE ORIGINAL; CREATE a:2');
    expect(await reader.continues()).toBe(false);
    await expect(reader.read()).rejects.toThrow('lacks');
    expect([delivered.replacements, delivered.texts]).toEqual([1, ['CREATE a:1']]);
    await reader.begin('test');
    await reader.read();
    expect(delivered.texts).toEqual(['CREATE a:1', 'CREATE a:2']);
  });
});

/** A feed in which transactions become visible when a test says so: late ones can't be had of a database on demand. */
class ScriptedFeed {
  private entries: readonly RawEntry[] = [];
  /** What happens behind the next answer. */
  private next: () => void = () => undefined;
  /** How many pages were asked for. */
  asked = 0;

  commit(stamp: bigint, ...records: string[]): void {
    const changes = records.map((record) => {
      const [table = '', key = ''] = record.split(':');
      return { update: { id: new RecordId(table, key) } };
    });
    const entries = [...this.entries, { versionstamp: stamp, changes }];
    this.entries = entries.sort((a, b) => Number(a.versionstamp - b.versionstamp));
  }

  afterNextPage(then: () => void): void {
    this.next = then;
  }

  readonly query = (text: string): Promise<unknown[]> => this.answer(text, this.entries);

  readTransaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const { entries } = this;
    return work((text) => this.answer(text, entries));
  }

  private answer(text: string, entries: readonly RawEntry[]): Promise<unknown[]> {
    const [, since, limit] = /SINCE (\d+) LIMIT (\d+)/.exec(text) ?? [];
    if (since === undefined) return Promise.resolve([new DateTime(new Date())]);
    this.asked += 1;
    const from = entries.filter(({ versionstamp }) => versionstamp >= BigInt(since));
    const then = this.next;
    this.next = () => undefined;
    then();
    return Promise.resolve([from.slice(0, Number(limit))]);
  }
}

describe('FeedReader of late changes', () => {
  const NOW = Date.UTC(2026, 5, 1);
  const at = (ms: number) => BigInt(NOW + ms) << 16n;
  let feed: ScriptedFeed;
  let delivered: Delivered;
  let reader: FeedReader;

  beforeEach(async () => {
    jest.useFakeTimers({ now: NOW });
    feed = new ScriptedFeed();
    delivered = new Delivered();
    feed.commit(at(0), 't:first');
    // Only these methods of the connection are used.
    reader = readerOver(feed as unknown as SupervisedConnection, delivered);
    await reader.begin('test');
    await readFor(100);
    delivered.texts.length = 0;
  });

  afterEach(() => void jest.useRealTimers());

  /** Reads each 10 ms. */
  async function readFor(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 10) {
      await reader.read();
      jest.advanceTimersByTime(10);
    }
  }

  async function sweep(kind: Sweep): Promise<void> {
    while (!(await reader.sweep(kind, PAGE)));
  }

  it('hands on one that a fast read still finds', async () => {
    feed.commit(at(200), 't:newer');
    await readFor(30);
    feed.commit(at(190), 't:late');
    await readFor(10);
    expect([delivered.texts, delivered.sweptChanges]).toEqual([['CREATE t:newer', 'CREATE t:late'], 0]);
  });

  it.each<[Sweep, number]>([
    ['whole', 200],
    ['soon', 600],
    ['recent', 2_100],
    ['deep', 20_100],
  ])('leaves one that is later to a sweep, which counts it', async (kind, ms) => {
    feed.commit(at(200), 't:newer');
    await readFor(ms);
    // The deep sweep goes over what is settled.
    if (kind === 'deep') await sweep('recent');
    feed.commit(at(190), 't:late');
    await readFor(10);
    expect(delivered.texts).toEqual(['CREATE t:newer']);
    await sweep(kind);
    await readFor(10);
    expect([delivered.texts, delivered.sweptChanges]).toEqual([['CREATE t:newer', 'CREATE t:late'], 1]);
  });

  it.each<[passed: Sweep, next: Sweep, overdue: boolean]>([
    ['soon', 'recent', false],
    ['recent', 'deep', true],
  ])(
    'leaves what comes behind one sweep to the next, which marks what was settled as overdue',
    async (passed, next, overdue) => {
      feed.commit(at(200), 't:newer');
      await readFor(21_000);
      await sweep(passed);
      feed.commit(at(190), 't:late');
      await sweep(passed);
      expect(delivered.texts).toEqual(['CREATE t:newer']);
      await sweep(next);
      expect(delivered.texts).toEqual(['CREATE t:newer', 'CREATE t:late']);
      expect(delivered.all.at(-1)?.overdue).toBe(overdue);
    },
  );

  it('asks for nothing where there is nothing to go over', async () => {
    await readFor(30_000);
    for (const kind of SWEEPS) await sweep(kind);
    const { asked } = feed;
    for (const kind of SWEEPS) await sweep(kind);
    expect(feed.asked).toBe(asked);
  });

  it('still knows in the deep sweep whether a newer change of the record was handed on', async () => {
    feed.commit(at(200), 't:same');
    await readFor(4_000);
    await sweep('recent');
    feed.commit(at(190), 't:same');
    await readFor(17_000);
    await sweep('deep');
    expect(delivered.texts).toEqual(['CREATE t:same', 'late CREATE t:same']);
  });

  it('does not hand on one whose record already had a newer one', async () => {
    feed.commit(at(200), 't:same');
    await readFor(10);
    feed.commit(at(190), 't:same', 't:other');
    await readFor(10);
    expect(delivered.texts).toEqual(['CREATE t:same', 'late CREATE t:same', 'CREATE t:other']);
    await sweep('whole');
    expect(delivered.texts).toHaveLength(3);
  });

  it('looks back further for a while once changes were late', async () => {
    feed.commit(at(200), 't:newer');
    await readFor(200);
    feed.commit(at(190), 't:late');
    await sweep('whole');
    feed.commit(at(1_000), 't:newest');
    await readFor(300);
    feed.commit(at(990), 't:late-again');
    await readFor(10);
    expect(delivered.texts.at(-1)).toBe('CREATE t:⟨late-again⟩');
  });

  it('does not use its window up while the database stands still', async () => {
    feed.commit(at(200), 't:newer');
    await readFor(10);
    jest.advanceTimersByTime(60_000);
    feed.commit(at(190), 't:late');
    await readFor(10);
    expect(delivered.texts).toEqual(['CREATE t:newer', 'CREATE t:late']);
  });

  it('keeps the order of a record of which a change becomes visible behind a page that was read', async () => {
    for (let n = 0n; n < 1_100n; n += 1n) feed.commit(at(200) + 2n * n, `t:r${n}`);
    feed.afterNextPage(() => {
      feed.commit(at(200) + 501n, 't:same');
      feed.commit(at(300), 't:same');
    });
    await readFor(20);
    expect(delivered.texts.filter((text) => text.endsWith('t:same'))).toEqual(['CREATE t:same', 'CREATE t:same']);
    expect(delivered.texts).toHaveLength(1_102);
  });

  it('leaves to the next read what that will find: a sweep could hand it on before an older change of its record', async () => {
    for (let n = 0n; n < 300n; n += 1n) feed.commit(at(200) + 2n * n, `t:r${n}`);
    await readFor(10);
    await reader.sweep('whole', PAGE);
    feed.commit(at(200) + 201n, 't:same');
    feed.commit(at(300), 't:same');
    await reader.sweep('whole', PAGE);
    expect(delivered.texts).toHaveLength(300);
    await readFor(10);
    expect(delivered.texts.slice(300)).toEqual(['CREATE t:same', 'CREATE t:same']);
    expect(delivered.sweptChanges).toBe(0);
  });

  it.each(SWEEPS)('has told what the %s sweep has come to, all of what the reads have told', async (kind) => {
    const stamps = Array.from({ length: 300 }, (_, n) => at(200) + BigInt(n));
    for (const stamp of stamps) feed.commit(stamp, `t:r${stamp}`);
    await readFor(21_000);
    if (kind === 'deep') await sweep('recent');
    expect(await reader.sweep(kind, PAGE)).toBe(false);
    expect(stamps.filter((stamp) => !reader.hasRead(stamp))).toEqual([]);
  });

  it('has not told a transaction of which a page may have shown a part', async () => {
    const records = Array.from({ length: 1_100 }, (_, n) => at(300 + n));
    for (const stamp of records) feed.commit(stamp, `t:r${stamp}`);
    const lastOfPage = records[998] ?? 0n; // behind t:first
    const during: boolean[] = [];
    delivered.changes = () => during.push(reader.hasRead(lastOfPage));
    await reader.read();
    expect(during).toEqual([false, true]);
  });
});
