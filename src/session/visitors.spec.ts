import { describe, expect, it } from '@jest/globals';
import { Visitors } from './visitors.js';

describe('Visitors', () => {
  it('lets each address have so many sockets at a time', () => {
    const visitors = new Visitors({ open: 2, perSecond: 0, burst: 1 });
    expect([1, 2, 3].map(() => visitors.enter('a', 0))).toEqual([undefined, undefined, 'address']);
    expect(visitors.enter('b', 0)).toBeUndefined();
    visitors.leave('a', 0);
    expect(visitors.enter('a', 0)).toBeUndefined();
    expect(visitors.enter('a', 0)).toBe('address');
  });

  it('lets each address open so many at once, and then so many a second, those that it closed included', () => {
    const visitors = new Visitors({ open: 0, perSecond: 10, burst: 2 });
    const visit = (now: number) => {
      const refusal = visitors.enter('a', now);
      if (refusal === undefined) visitors.leave('a', now);
      return refusal;
    };
    expect([0, 0, 0, 100, 100, 1_000, 1_000, 1_000].map(visit)).toEqual([
      undefined,
      undefined,
      'rate',
      undefined,
      'rate',
      undefined,
      undefined,
      'rate',
    ]);
  });

  it('limits nothing by 0', () => {
    const visitors = new Visitors({ open: 0, perSecond: 0, burst: 1 });
    expect(Array.from({ length: 100 }, () => visitors.enter('a', 0))).toEqual(Array(100).fill(undefined));
  });

  it('knows nothing of those who were refused, or went long ago', () => {
    const visitors = new Visitors({ open: 1, perSecond: 10, burst: 10 });
    for (let n = 0; n < 1_000; n++) {
      visitors.enter(`${n}`, n * 100);
      visitors.enter(`${n}`, n * 100);
      visitors.leave(`${n}`, n * 100);
    }
    expect(visitors.size).toBe(10);
  });

  it('forgets those who went first when there are too many', () => {
    const visitors = new Visitors({ open: 1, perSecond: 1, burst: 1 });
    for (let n = 0; n < 60_000; n++) {
      visitors.enter(`${n}`, 0);
      visitors.leave(`${n}`, 0);
    }
    expect(visitors.size).toBe(50_000);
    expect([visitors.enter('0', 0), visitors.enter('59999', 0)]).toEqual([undefined, 'rate']);
  });
});
