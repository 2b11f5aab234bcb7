import { beforeEach, describe, expect, it } from '@jest/globals';
import { ServerError } from 'surrealdb';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import type { SupervisedConnection } from '../connection/supervised-connection.js';
import { Config } from '../../config/config.js';
import { TableCatalog } from './table-catalog.js';

const FEED = { original: true };

/** What races with a connection that breaks can't be had from a real database at will. */
describe('TableCatalog', () => {
  let tables: { name: string; id: number; changefeed?: { original: boolean }; view?: string }[];
  let same: boolean;
  let removed: string[];
  let redefined: string[];
  let followed: boolean;
  let altered: number;
  let refusal: ServerError | undefined;
  let catalog: TableCatalog;

  beforeEach(async () => {
    tables = [{ name: 'notes', id: 1, changefeed: FEED }];
    same = true;
    [removed, redefined] = [[], []];
    [followed, altered, refusal] = [true, 0, undefined];
    const query = (text: string) => {
      if (text.includes('DEFINE TABLE')) tables.push({ name: 'notes', id: 1, changefeed: FEED });
      if (text.includes('ALTER TABLE')) {
        altered += 1;
        if (refusal) return Promise.reject(refusal);
        tables = tables.map((table) => ({ ...table, changefeed: FEED }));
      }
      return Promise.resolve([{ tables: [...tables] }]);
    };
    const connection = { query } as unknown as SupervisedConnection; // all that is asked of it
    const reader = { continues: () => Promise.resolve(same), keptFor: () => undefined };
    catalog = new TableCatalog(connection, reader, { own: true }, new Config());
    catalog.listen({
      follows: () => followed,
      tableRemoved: (name) => removed.push(name),
      tableRedefined: ({ name, durable }) => redefined.push(`${name} ${durable}`),
    });
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

  it.each<[string, number, string[], string[]]>([
    ['dropped', 1, [], ['notes true']],
    ['lost with a table that was removed and defined again', 2, ['notes'], []],
  ])(
    'gives a table that is followed its changefeed again when it was %s, and tells it once',
    async (_, id, ...delivered) => {
      tables = [{ name: 'notes', id }];
      await catalog.refresh();
      await catalog.refresh();
      expect([removed, redefined]).toEqual(delivered);
      expect(catalog.known('notes')).toMatchObject({ id, durable: true });
      expect(altered).toBe(1);
    },
  );

  it('gives a table that nobody follows its changefeed no more', async () => {
    followed = false;
    tables = [{ name: 'notes', id: 1 }];
    await catalog.refresh();
    expect([altered, redefined]).toEqual([0, ['notes false']]);
  });

  it('tries once only to give a changefeed to a table that may not have one', async () => {
    refusal = new ServerError({ kind: 'NotAllowed', code: 0, message: 'not allowed' });
    tables = [{ name: 'notes', id: 1 }];
    for (let look = 0; look < 3; look += 1) await catalog.refresh();
    expect([altered, redefined]).toEqual([1, ['notes false']]);
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
