import { beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseUnavailable } from './database-unavailable.js';
import type { SupervisedConnection } from './supervised-connection.js';
import { TableCatalog } from './table-catalog.js';

const FEED = { original: true };

/** What races with a connection that breaks can't be had from a real database at will. */
describe('TableCatalog', () => {
  let tables: { name: string; id: number; changefeed?: { original: boolean }; view?: string }[];
  let same: boolean;
  let removed: string[];
  let catalog: TableCatalog;

  beforeEach(async () => {
    tables = [{ name: 'notes', id: 1, changefeed: FEED }];
    same = true;
    removed = [];
    const query = (text: string) => {
      if (text.includes('DEFINE TABLE')) tables.push({ name: 'notes', id: 1, changefeed: FEED });
      return Promise.resolve([{ tables: [...tables] }]);
    };
    const connection = { query } as unknown as SupervisedConnection; // all that is asked of it
    catalog = new TableCatalog(connection, { database: 'main', manages: true, same: () => Promise.resolve(same) });
    catalog.listen({ tableRemoved: (name) => removed.push(name), tableRedefined: () => undefined });
    catalog.recognise();
    await catalog.refresh();
  });

  it('tells of a table that is gone', async () => {
    tables = [];
    await catalog.refresh();
    expect(removed).toEqual(['notes']);
    expect(catalog.known('notes')).toBeUndefined();
  });

  it('tells of a table that became a view, which nobody can follow', async () => {
    tables = [{ name: 'notes', id: 1, changefeed: FEED, view: 'AS SELECT 1' }];
    await catalog.refresh();
    expect(removed).toEqual(['notes']);
  });

  it('gives no changefeed to a view', async () => {
    tables = [{ name: 'sums', id: 2, view: 'AS SELECT 1' }];
    await catalog.refresh();
    expect(await catalog.prepare('sums', true)).toMatchObject({ name: 'sums', view: true, durable: false });
    expect(tables).toHaveLength(1);
  });

  it('keeps what it knows while the database may be another', async () => {
    tables = [];
    catalog.distrust();
    await expect(catalog.refresh()).rejects.toThrow(DatabaseUnavailable);
    expect(removed).toEqual([]);
    expect(catalog.known('notes')?.durable).toBe(true);
    catalog.recognise();
    await catalog.refresh();
    expect(removed).toEqual(['notes']);
  });

  it('keeps what it knows when the database was made anew under its connection', async () => {
    tables = [];
    same = false;
    await expect(catalog.refresh()).rejects.toThrow(DatabaseUnavailable);
    expect(removed).toEqual([]);
  });

  it('defines tables anew in another database before any counts as gone', async () => {
    tables = [];
    catalog.distrust();
    const early = catalog.refresh().catch(() => 'refused');
    await catalog.restore(['notes']);
    expect(await early).toBe('refused');
    expect(removed).toEqual([]);
    expect(catalog.known('notes')?.durable).toBe(true);
  });
});
