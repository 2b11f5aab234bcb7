import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import type { Change } from './changes/change.js';
import { FeedReader } from './feed/feed-reader.js';
import { SdkSession } from './connection/sdk-session.js';
import { SnapshotReader } from './snapshot-reader.js';
import { SupervisedConnection } from './connection/supervised-connection.js';

const { SURREAL_BIN: bin } = process.env;

describe('SnapshotReader', () => {
  let server: SurrealProcess;
  let writer: SdkSession;
  let connection: SupervisedConnection;
  let snapshots: SnapshotReader;
  let reader: FeedReader;
  const changes: Change[] = [];

  beforeAll(async () => {
    server = await startSurreal({ ...(bin && { bin }) });
    const { url } = server;
    const endpoint = () => ({ url, namespace: 'main', database: 'main', username: 'root', password: 'root' });
    const options = { endpoint, timeoutMs: 10_000, heartbeatMs: 10_000 };
    writer = await SdkSession.open(options);
    await writer.query('DEFINE NAMESPACE IF NOT EXISTS main; USE NS main; DEFINE DATABASE IF NOT EXISTS main');
    connection = await connected(options);
    reader = new FeedReader(connection, { surrealFastWindowMs: 50, surrealSweepWindowMs: 3_000 });
    reader.keptFor(259_200_000);
    reader.listen({
      changes: (read) => void changes.push(...read),
      began: () => undefined,
      late: () => undefined,
      swept: () => undefined,
      unreadable: () => undefined,
      marked: () => undefined,
      replaced: () => undefined,
    });
    snapshots = new SnapshotReader(await connected(options), reader);
    await writer.query('DEFINE TABLE t CHANGEFEED 3d INCLUDE ORIGINAL; DEFINE TABLE bare; CREATE t:1 SET n = 0');
    await reader.begin('test');
  });

  afterAll(async () => {
    await Promise.all([connection.stop(), snapshots.stop()]);
    writer.close();
    await server.stop();
  });

  function connected(options: ConstructorParameters<typeof SupervisedConnection>[1]): Promise<SupervisedConnection> {
    return new Promise((resolve) => {
      const opened: SupervisedConnection = new SupervisedConnection('test', options, {
        connected: () => resolve(opened),
      });
      opened.start();
    });
  }

  const read = () => snapshots.read({ text: 'SELECT VALUE n FROM t:1', bindings: {} });

  it('says of each change whether it is in the rows, however much is written meanwhile', async () => {
    let writing = true;
    const writes = (async () => {
      for (let n = 1; writing; n++) await writer.query(`UPDATE t:1 SET n = ${n}`);
    })();
    const read10 = [];
    for (let n = 0; n < 10; n++) {
      read10.push(await read());
      await reader.read();
    }
    writing = false;
    await writes;
    await reader.read();
    await reader.sweep('whole', 1_000);
    for (const { rows, contains } of read10) {
      const numbers = (inside: boolean) =>
        changes.filter((change) => contains(change) === inside).map(({ after }) => after?.['n']);
      const contained = Number(rows[0]);
      expect(numbers(true)).toEqual(Array.from({ length: contained + 1 }, (_, n) => n));
      expect(numbers(false)[0]).toBe(changes.length > contained + 1 ? contained + 1 : undefined);
    }
    expect(changes.length).toBeGreaterThan(10);
  });

  it('holds no change back that did not come from the feed', async () => {
    const { contains } = await read();
    const [change] = changes;
    if (!change) throw new Error('no change was read');
    expect(contains(change)).toBe(true);
    expect(contains(Object.create(change, { place: { value: undefined } }) as Change)).toBe(false);
  });

  it('writes nothing', async () => {
    await snapshots.read({ text: 'UPDATE t:1 SET n = -1', bindings: {} });
    expect((await read()).rows[0]).not.toBe(-1);
  });

  it('reads tables without a changefeed, and binds values', async () => {
    await writer.query('CREATE bare:1 SET text = "x`y"');
    const { rows } = await snapshots.read({ text: 'SELECT text FROM bare WHERE text = $v', bindings: { v: 'x`y' } });
    expect(rows).toEqual([{ text: 'x`y' }]);
  });

  it('fails over a table that is gone, and reads on', async () => {
    const gone = snapshots.read({ text: 'SELECT * FROM gone', bindings: {} });
    await expect(gone).rejects.toMatchObject({ kind: 'NotFound' });
    expect((await read()).rows).toHaveLength(1);
  });
});
