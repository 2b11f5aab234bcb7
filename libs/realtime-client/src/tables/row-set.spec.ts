import { describe, expect, it } from '@jest/globals';
import type { Row } from '@edge-hive/protocol';
import { rowOrder } from './row-order.js';
import { RowSet } from './row-set.js';

const row = (id: number, rank = id): Row => ({ id: `t:${id}`, rank });
const setOf = (limit?: number) => new RowSet(rowOrder([{ field: 'rank' }]), limit);
const ids = (set: RowSet<Row>) => set.items.map(({ id }) => id);

describe('RowSet', () => {
  it('has the difference to a new whole, and keeps what is as it was', () => {
    const set = setOf();
    set.replace([row(1), row(2), row(3)]);
    set.takeChanges();
    const kept = set.get('t:1');
    set.replace([row(1), row(2, 9), row(4)]);
    expect(set.takeChanges()).toEqual([
      { action: 'update', id: 't:2', item: row(2, 9), previous: row(2) },
      { action: 'insert', id: 't:4', item: row(4) },
      { action: 'remove', id: 't:3', previous: row(3) },
    ]);
    expect(set.get('t:1')).toBe(kept);
    expect(ids(set)).toEqual(['t:1', 't:4', 't:2']);
  });

  it('has nothing of what came and went, or went and came, between two looks', () => {
    const set = setOf();
    set.replace([row(1)]);
    set.takeChanges();
    set.put(row(2));
    set.remove('t:2');
    set.remove('t:1');
    set.put(row(1));
    expect(set.takeChanges()).toEqual([]);
  });

  it('hands out the same array until a row changes', () => {
    const set = setOf();
    set.replace([row(1)]);
    const { items } = set;
    set.put(row(1));
    expect(set.items).toBe(items);
    set.put(row(1, 2));
    expect(set.items).not.toBe(items);
  });

  describe('with a limit of 2', () => {
    it.each<[string, (set: RowSet<Row>) => boolean, string[], boolean]>([
      ['a row before the last', (set) => set.put(row(15)), ['t:10', 't:15'], true],
      ['a row behind the last', (set) => set.put(row(25)), ['t:10', 't:20'], true],
      ['a change that keeps its place', (set) => set.put({ ...row(20), text: 'x' }), ['t:10', 't:20'], true],
      ['the last one moved forward', (set) => set.put(row(20, 5)), ['t:20', 't:10'], true],
      ['one moved behind the last', (set) => set.put(row(10, 30)), ['t:20', 't:10'], false],
      ['the last one moved backward', (set) => set.put(row(20, 30)), ['t:10', 't:20'], false],
      ['one removed', (set) => set.remove('t:10'), ['t:20'], false],
      ['one removed that it never held', (set) => set.remove('t:99'), ['t:10', 't:20'], true],
    ])('knows whether it holds the first ones: %s', (_, change, held, isKnown) => {
      const set = setOf(2);
      set.replace([row(10), row(20)]);
      expect(change(set)).toBe(isKnown);
      expect(ids(set)).toEqual(held);
    });

    it('knows all rows while they are fewer, until one has no room', () => {
      const set = setOf(2);
      set.replace([row(10)]);
      expect([set.put(row(30)), set.remove('t:10'), set.put(row(10))]).toEqual([true, true, true]);
      expect([set.put(row(20)), ids(set)]).toEqual([true, ['t:10', 't:20']]);
      expect(set.remove('t:10')).toBe(false);
    });
  });
});
