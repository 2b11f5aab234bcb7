import { afterEach, describe, expect, it } from '@jest/globals';
import { Config } from '../config/config.js';
import { DatabaseProcess } from '../surreal/connection/database-process.js';
import type { RowWrite } from './row-write.js';
import { RowWriter } from './row-writer.js';

const WRITE: RowWrite = { action: 'create', table: 'messages', id: 'm1', values: {} };

describe('the writer of rows', () => {
  let writer: RowWriter;

  afterEach(() => writer.beforeApplicationShutdown());

  function writerOf(settings: Partial<Config> = {}, url = 'ws://127.0.0.1:1/rpc'): RowWriter {
    const config = Object.assign(new Config(), settings);
    const database = new DatabaseProcess(config);
    // Otherwise it is known once a database runs.
    Object.defineProperty(database, 'endpoint', { value: { ...database.endpoint, url } });
    return (writer = new RowWriter(config, database));
  }

  it('tells where it writes, and neither user nor password', () => {
    expect(writerOf().target).toEqual({ namespace: 'main', database: 'main' });
  });

  it('does not write to a database that is somebody else’s', async () => {
    writerOf({ surrealUrl: 'wss://db.example.com/rpc' });
    expect(writer.target).toEqual({ refused: expect.stringContaining('not the service’s own') });
    await expect(writer.write([WRITE])).rejects.toMatchObject({ status: 400 });
  });

  it('does not write to the tables of the service itself', async () => {
    await expect(writerOf().write([{ ...WRITE, table: 'edge_hive_identity' }])).rejects.toMatchObject({ status: 400 });
  });

  it('says that the database is away', async () => {
    await expect(writerOf().write([WRITE])).rejects.toMatchObject({ status: 503 });
  });

  it('has so many writes under way, refuses the next one, and goes on after them', async () => {
    writerOf();
    const first = Array.from({ length: 10 }, () => writer.write(Array<RowWrite>(100).fill(WRITE)).catch(() => 'away'));
    await expect(writer.write([WRITE])).rejects.toMatchObject({ status: 429 });
    expect(await Promise.all(first)).toEqual(Array(10).fill('away'));
    await expect(writer.write([WRITE])).rejects.toMatchObject({ status: 503 });
  });
});
