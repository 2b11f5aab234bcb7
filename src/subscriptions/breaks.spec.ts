import { describe, expect, it } from '@jest/globals';
import { Breaks } from './breaks.js';

const at = (position: number) => ({ position, stamp: BigInt(position) });

describe('Breaks', () => {
  it('of one stream are no other table’s, whose stream has the same key', () => {
    const breaks = new Breaks();
    breaks.mark('a', at(5), 'whole');
    expect(breaks.joins('a', 'whole', { position: 5 })).toBe(false);
    expect(breaks.joins('b', 'whole', { position: 5 })).toBe(true);
  });

  it('beyond those that are kept apart count for their own table, of streams with the same key, too', () => {
    const breaks = new Breaks();
    breaks.mark('a', at(5), 'whole');
    breaks.mark('b', at(3), 'whole');
    for (let n = 0; n < 1_000; n += 1) breaks.mark('c', at(9), `stream ${n}`);
    expect(['a', 'b'].map((table) => breaks.joins(table, 'whole', { position: 3 }))).toEqual([false, false]);
    expect(['a', 'b'].map((table) => breaks.joins(table, 'another', { position: 4 }))).toEqual([false, true]);
  });
});
