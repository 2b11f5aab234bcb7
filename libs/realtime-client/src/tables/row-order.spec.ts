import { describe, expect, it } from '@jest/globals';
import type { Row } from '@edge-hive/protocol';
import { rowOrder } from './row-order.js';

describe('rowOrder', () => {
  it.each<[string, unknown[]]>([
    ['types', [undefined, null, false, true, -1, 2, 10, '', 'a', [], [1], {}, { a: 1 }]],
    ['text by code points', ['Z', 'a', 'ab', '\uffff', '😀', '😁']],
    ['datetimes', ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000001Z', '2026-01-01T00:00:00.5Z']],
    ['arrays by their elements', [[1], [1, 2], [2]]],
    ['objects by their fields', [{ a: 1 }, { a: 1, b: 1 }, { a: 2 }, { b: 0 }]],
  ])('sorts %s as the database does', (_, values) => {
    const rows = values.map((value, index) => ({ id: `t:${values.length - index}`, at: { value } }));
    const order = rowOrder([{ field: 'at.value' }]);
    expect([...rows].reverse().sort(order)).toEqual(rows);
  });

  it('sorts by each key in its direction, and what is equal by id', () => {
    const rows: Row[] = [
      { id: 't:1', a: 2, b: 1 },
      { id: 't:4', a: 1, b: 1 },
      { id: 't:3', a: 1, b: 2 },
      { id: 't:2', a: 1, b: 2 },
    ];
    const order = rowOrder([{ field: 'a', desc: true }, { field: 'b' }]);
    expect([...rows].sort(order).map(({ id }) => id)).toEqual(['t:1', 't:4', 't:2', 't:3']);
  });

  it('sorts ids by number, before text', () => {
    const ids = ['t:-1', 't:9', 't:10', 't:9007199254740993', 't:⟨10⟩', 't:a'];
    const rows = ids.map((id) => ({ id }));
    expect([...rows].reverse().sort(rowOrder([]))).toEqual(rows);
  });
});
