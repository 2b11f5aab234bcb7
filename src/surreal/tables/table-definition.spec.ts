import { describe, expect, it } from '@jest/globals';
import { isOwnTable, readComputedFields, readDatabaseFeed, readTableDefinitions } from './table-definition.js';

describe('readTableDefinitions', () => {
  const durable = (table: object, databaseFeed: boolean) =>
    readTableDefinitions({ tables: [{ name: 't', id: 3, ...table }] }, databaseFeed).get('t');

  it.each([
    ['without a feed', {}, false, false],
    ['with a full feed', { changefeed: { expiry: '3d', original: true } }, false, true],
    ['with a feed that has no images', { changefeed: { expiry: '3d', original: false } }, false, false],
    ['in a database with a full feed', {}, true, true],
    ['that is a view with a full feed', { view: 'AS SELECT 1', changefeed: { original: true } }, true, false],
    ['with a poorer feed than its database has', { changefeed: { original: false } }, true, false],
  ])('reads a table %s', (_, table, databaseFeed, expected) => {
    expect(durable(table, databaseFeed)).toMatchObject({ name: 't', id: 3, durable: expected, view: 'view' in table });
  });

  it.each([[undefined], [{}], [{ tables: [] }]])('finds no tables in %j', (info) => {
    expect(readTableDefinitions(info, true).size).toBe(0);
  });
});

describe('readComputedFields', () => {
  it('names the fields that are computed', () => {
    const fields = [{ name: 'a' }, { name: 'b', computed: 'a + 1' }];
    expect(readComputedFields({ fields })).toEqual(['b']);
    expect(readComputedFields(undefined)).toEqual([]);
  });
});

describe('readDatabaseFeed', () => {
  it.each([
    ['DEFINE DATABASE main CHANGEFEED 3d INCLUDE ORIGINAL', true],
    ['DEFINE DATABASE main CHANGEFEED 1w2d', false],
    ['DEFINE DATABASE main', false],
  ])('reads %s', (definition, expected) => {
    expect(readDatabaseFeed({ databases: { main: definition } }, 'main')).toBe(expected);
  });

  it('does not take one database for another', () => {
    const databases = { other: 'DEFINE DATABASE other CHANGEFEED 3d INCLUDE ORIGINAL' };
    expect(readDatabaseFeed({ databases }, 'main')).toBe(false);
    expect(readDatabaseFeed(undefined, 'main')).toBe(false);
  });
});

describe('isOwnTable', () => {
  it('knows the tables of the service', () => {
    expect(['edge_hive_identity', 'messages', 'my_edge_hive_notes'].map(isOwnTable)).toEqual([true, false, false]);
  });
});
