import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Change } from '../changes/change.js';
import { decodeEntry, tableOf, type RawChange } from './feed-entry.js';
import { UnreadableEntry } from './unreadable-entry.js';

const id = new RecordId('notes', 1);
const context = { place: { stamp: 7n, index: 2 }, cursor: 'db-7-2', time: 1_000 };
const decode = (raw: RawChange) => decodeEntry(raw, context);

describe('decodeEntry', () => {
  it('tells a CREATE', () => {
    const row = { id, text: 'new' };
    expect(decode({ update: row })).toMatchObject({
      table: 'notes',
      key: 'notes:1',
      action: 'CREATE',
      after: row,
      beforeKnown: true,
      before: undefined,
      ...context,
    });
  });

  it('tells an UPDATE with what the record was', () => {
    const current = { id, n: 2 };
    expect(decode({ current, update: [{ op: 'replace', path: '/n', value: 1 }] })).toMatchObject({
      action: 'UPDATE',
      after: current,
      beforeKnown: true,
      before: { id, n: 1 },
    });
  });

  it('tells an UPDATE whose patch does not fit, with nothing known of before', () => {
    const change = decode({ current: { id, n: 2 }, update: [{ op: 'remove', path: '/gone' }] });
    expect(change).toMatchObject({ action: 'UPDATE', beforeKnown: false, before: undefined });
  });

  it('tells a DELETE with its last values', () => {
    const original = { id, n: 1 };
    const change = decode({ delete: { id, original } });
    expect(change).toMatchObject({ action: 'DELETE', after: undefined, beforeKnown: true, before: original });
  });

  it('tells a DELETE without image, to be supplied with one', () => {
    const change = decode({ delete: { id } }) as Change;
    expect(change.beforeKnown).toBe(false);
    change.supplyBefore({ id, n: 1 }, new Set(['n']));
    expect(change).toMatchObject({ beforeKnown: true, before: { id, n: 1 } });
  });

  it.each<[string, string | undefined, RawChange]>([
    ['a definition', 'notes', { define_table: { name: 'notes' } }],
    ['a new row of a view', undefined, { update: { n: 1 } }],
    ['a changed row of a view', undefined, { current: { n: 2 }, update: [{ op: 'replace', path: '/n', value: 1 }] }],
    ['what it does not know', undefined, {}],
  ])('tells where %s stands, which is no change of a record', (_, table, raw) => {
    const { place, cursor } = context;
    const delivered = decode(raw);
    expect(delivered).not.toBeInstanceOf(Change);
    expect(delivered).toEqual({ table, place, cursor });
  });

  it('refuses what can’t be made out, naming its transaction', () => {
    const garbled = { update: { id: 'notes:1' } } as unknown as RawChange; // no RecordId, as of a format yet to come
    expect(() => decode(garbled)).toThrow(UnreadableEntry);
    expect(() => decode(garbled)).toThrow(expect.objectContaining({ stamp: 7n }));
  });
});

describe('tableOf', () => {
  it.each<[string, RawChange]>([
    ['CREATE', { update: { id } }],
    ['UPDATE', { current: { id }, update: [] }],
    ['DELETE', { delete: { id } }],
    ['definition', { define_table: { name: 'notes' } }],
  ])('finds the table of a %s', (_, raw) => {
    expect(tableOf(raw)).toBe('notes');
  });
});
