import { describe, expect, it } from '@jest/globals';
import { MOST_WRITES, readWrites } from './row-write.js';

const WRITE = { action: 'create', table: 'messages', id: 'm1', values: { room: 'general' } };

function nested(levels: number): unknown {
  return levels === 0 ? 'text' : [nested(levels - 1)];
}

describe('what the page writes', () => {
  it.each([[[WRITE]], [Array(MOST_WRITES).fill(WRITE)], [[{ ...WRITE, values: { list: nested(31) } }]]])(
    'is read: %#',
    (writes) => {
      expect(readWrites({ writes })).toEqual(writes);
    },
  );

  it.each<[unknown, string]>([
    [undefined, 'application/json'],
    [[WRITE], 'The body'],
    [{ writes: [] }, 'The body'],
    [{ writes: WRITE }, 'The body'],
    [{ writes: Array(MOST_WRITES + 1).fill(WRITE) }, 'writes may be 100'],
    [{ writes: [null] }, 'action'],
    [{ writes: [WRITE, { ...WRITE, action: 'select' }] }, 'action'],
    [{ writes: [{ ...WRITE, table: '' }] }, 'table'],
    [{ writes: [{ ...WRITE, table: 'x'.repeat(257) }] }, 'table'],
    [{ writes: [{ ...WRITE, id: 1 }] }, 'id'],
    [{ writes: [{ ...WRITE, values: [] }] }, 'values'],
    [{ writes: [{ ...WRITE, values: { list: nested(32) } }] }, 'levels'],
  ])('is refused with a reason: %#', (body, reason) => {
    expect(readWrites(body)).toContain(reason);
  });
});
