import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSurreal } from '@edge-hive/surreal-server';
import { type Surreal, Table } from 'surrealdb';
import { connectRoot, kinds } from './support.js';

const liveQueries = async (db: Surreal): Promise<number> => {
  const [{ lives }] = await db.query<[{ lives: object }]>('INFO FOR TABLE note');
  return Object.keys(lives).length;
};

describe.each(kinds)('a $kind database in a folder', ({ options }) => {
  let data: string;

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'surreal-'));
  });

  afterEach(() => rm(data, { recursive: true, force: true }));

  it('keeps what was written before it was killed', async () => {
    const surreal = await startSurreal({ ...options, data });
    const db = await connectRoot(surreal.url);
    await db.query('CREATE note:1');
    process.kill(surreal.pid, 'SIGKILL');
    await db.close();
    await surreal.stop();
    const again = await startSurreal({ ...options, data });
    const reader = await connectRoot(again.url);
    expect(await reader.query('SELECT * FROM note')).toEqual([[expect.anything()]]);
    await reader.close();
    await again.stop();
  });

  it('leaves no live query when it is stopped', async () => {
    const surreal = await startSurreal({ ...options, data });
    const db = await connectRoot(surreal.url);
    await db.query('DEFINE TABLE note');
    await db.live(new Table('note'));
    await surreal.stop();
    await db.close();
    const again = await startSurreal({ ...options, data });
    const reader = await connectRoot(again.url);
    expect(await liveQueries(reader)).toBe(0);
    await reader.close();
    await again.stop();
  });
});

it('tells of the live queries that a killed embedded server left', async () => {
  const data = await mkdtemp(join(tmpdir(), 'surreal-'));
  const surreal = await startSurreal({ data });
  const db = await connectRoot(surreal.url);
  await db.query('DEFINE TABLE note');
  await db.live(new Table('note'));
  process.kill(surreal.pid, 'SIGKILL');
  await db.close();
  await surreal.stop();
  const lines: string[] = [];
  const again = await startSurreal({ data, onLog: (line) => lines.push(line) });
  await again.stop();
  expect(lines.join('\n')).toContain('1 live queries of a killed run slow each write to test/test/note');
  await rm(data, { recursive: true });
});
