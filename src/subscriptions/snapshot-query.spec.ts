import { describe, expect, it } from '@jest/globals';
import type { SnapshotRequest } from '@edge-hive/protocol';
import type { RowRights } from '../filter/row-rights.js';
import { snapshotQuery, snapshotSpec } from './snapshot-query.js';
import { streamSpec } from './stream-spec.js';

const spec = (request: SnapshotRequest | undefined, rights: RowRights = {}) => snapshotSpec(request, rights, 100);

describe('snapshotSpec', () => {
  it.each([[undefined], [false as const]])('is none when asked for %s', (request) => {
    expect(spec(request)).toBeUndefined();
  });

  it('reads limit and order', () => {
    const orderBy = [{ field: 'at', desc: true }, { field: 'author.name' }];
    expect(spec({ limit: 50, orderBy })).toMatchObject({
      limit: 50,
      orderBy: [
        { path: ['at'], descending: true },
        { path: ['author', 'name'], descending: false },
      ],
    });
    expect(spec(true)).toMatchObject({ orderBy: [] });
  });

  it('has the same key for the same snapshot only', () => {
    const key = (request: SnapshotRequest) => spec(request)?.key;
    expect(key(true)).toBe(key({ orderBy: [] }));
    expect(key({ orderBy: [{ field: 'a' }] })).toBe(key({ orderBy: [{ field: 'a', desc: false }] }));
    const keys = [
      key(true),
      key({ limit: 5 }),
      key({ orderBy: [{ field: 'a' }] }),
      key({ orderBy: [{ field: 'a', desc: true }] }),
    ];
    expect(new Set(keys).size).toBe(4);
  });

  it.each<[string, SnapshotRequest, RowRights, string]>([
    ['LIMIT_EXCEEDED', { limit: 101 }, {}, 'snapshot.limit may be 100'],
    ['INVALID_FIELDS', { orderBy: [{ field: 'a' }, { field: '' }] }, {}, 'snapshot.orderBy[1].field'],
    ['FORBIDDEN', { orderBy: [{ field: 'secret' }] }, { fields: [['text']] }, 'snapshot.orderBy: the field secret'],
  ])('refuses with %s: %j', (code, request, rights, text) => {
    expect(() => spec(request, rights)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }),
    );
  });
});

describe('snapshotQuery', () => {
  it('carries nothing that a client wrote but bound values and escaped names', () => {
    const evil = 'x`; REMOVE TABLE t; --';
    const request = { topic: evil, filter: { [evil]: evil } };
    const stream = streamSpec(request, {}, { conditions: 16, depth: 4 });
    const order = spec({ orderBy: [{ field: evil, desc: true }] });
    if (!order) throw new Error('no snapshot');
    const { text, bindings } = snapshotQuery(evil, stream, order);
    // Outside of quoted names, whose own backticks are escaped, no word of it is left.
    expect(text.replace(/`(?:[^`\\]|\\.)*`|⟨(?:[^⟩\\]|\\.)*⟩/g, 'NAME')).not.toContain('REMOVE');
    expect(Object.values(bindings)).toContain(evil);
  });

  it('orders all rows before they are limited, also where the database would limit first, and equal ones by id', () => {
    const stream = streamSpec({ topic: 't' }, {}, { conditions: 16, depth: 4 });
    const order = spec({ orderBy: [{ field: 'a' }] });
    if (!order) throw new Error('no snapshot');
    expect(snapshotQuery('t', stream, order, { ordersBeforeLimit: false }).text).toBe(
      'SELECT * FROM (SELECT * FROM `t` WITH NOINDEX WHERE true) ORDER BY `a`, `id`',
    );
    expect(snapshotQuery('t', stream, order).text).toBe('SELECT * FROM `t` WITH NOINDEX WHERE true ORDER BY `a`, `id`');
  });
});
