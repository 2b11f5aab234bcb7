import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ShareItem, Shares } from './shares.js';

class Item extends ShareItem {
  constructor(
    readonly owner: string,
    readonly bytes: number,
  ) {
    super();
  }
}

class Rig {
  readonly dropped: Item[] = [];
  readonly shares: Shares<Item>;

  constructor(total: number, each: number) {
    this.shares = new Shares({ total, each }, (item) => {
      this.dropped.push(item);
      this.shares.remove(item);
    });
  }

  add(owner: string, bytes: number): Item {
    const item = new Item(owner, bytes);
    this.shares.add(owner, item);
    return item;
  }

  get owners(): string[] {
    return this.dropped.map(({ owner }) => owner);
  }
}

describe('Shares', () => {
  it('drop the oldest of who has more than one may have', () => {
    const rig = new Rig(1_000, 100);
    const first = rig.add('ann', 60);
    rig.add('bob', 60);
    rig.add('ann', 60);
    expect(rig.dropped).toEqual([first]);
    expect(rig.shares.bytes).toBe(120);
  });

  it('drop what is larger than one may have at once', () => {
    const rig = new Rig(1_000, 100);
    const item = rig.add('ann', 101);
    expect(rig.dropped).toEqual([item]);
    expect(rig.shares.bytes).toBe(0);
  });

  it('pass over once what was used since it came', () => {
    const rig = new Rig(1_000, 100);
    const first = rig.add('ann', 40);
    const second = rig.add('ann', 40);
    first.used = true;
    rig.add('ann', 40);
    expect(rig.dropped).toEqual([second]);
    rig.add('ann', 40);
    expect(rig.dropped).not.toContain(first);
    rig.add('ann', 40);
    expect(rig.dropped).toContain(first);
  });

  it('drop of the largest where all have too much', () => {
    const rig = new Rig(100, 100);
    rig.add('small', 10);
    for (let n = 0; n < 20; n += 1) rig.add('large', 9);
    expect(new Set(rig.owners)).toEqual(new Set(['large']));
    expect(rig.shares.bytes).toBeLessThanOrEqual(100);
  });

  it('are never more than they may be, and touch nobody who has less than half as much as another', () => {
    const step = fc.record({ owner: fc.constantFrom('a', 'b', 'c', 'd'), bytes: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const held = new Map<string, number>();
        const weigh = (owner: string, bytes: number) => held.set(owner, (held.get(owner) ?? 0) + bytes);
        const shares = new Shares<Item>({ total: 2_000, each: 1_500 }, (item) => {
          const own = held.get(item.owner) ?? 0;
          if (own <= 1_500) expect(own * 2).toBeGreaterThanOrEqual(Math.max(...held.values()));
          weigh(item.owner, -item.bytes);
          shares.remove(item);
        });
        for (const { owner, bytes } of steps) {
          weigh(owner, bytes);
          shares.add(owner, new Item(owner, bytes));
          expect(shares.bytes).toBeLessThanOrEqual(2_000);
          expect(shares.bytes).toBe([...held.values()].reduce((a, b) => a + b, 0));
        }
      }),
    );
  });
});
