import { describe, expect, it } from '@jest/globals';
import { SeenChanges } from './seen-changes.js';

describe('SeenChanges', () => {
  it('counts the changes of each transaction, definitions too', () => {
    const seen = new SeenChanges();
    seen.add(1n, 'a:1');
    seen.add(1n);
    seen.add(2n, 'a:1');
    expect([1n, 2n, 3n].map((stamp) => seen.count(stamp))).toEqual([2, 1, 0]);
  });

  it('finds a change overtaken by a newer one of its record only', () => {
    const seen = new SeenChanges();
    seen.add(5n, 'a:1');
    seen.add(3n, 'a:1');
    expect(seen.overtaken(4n, 'a:1')).toBe(true);
    expect(seen.overtaken(5n, 'a:1')).toBe(false);
    expect(seen.overtaken(6n, 'a:1')).toBe(false);
    expect(seen.overtaken(4n, 'a:2')).toBe(false);
  });

  it('forgets transactions before a stamp, and keeps those of records that changed since', () => {
    const seen = new SeenChanges();
    seen.add(1n, 'a:1');
    seen.add(1n, 'a:2');
    seen.add(2n, 'a:2');
    seen.forgetBefore(2n);
    expect([seen.count(1n), seen.count(2n)]).toEqual([0, 1]);
    expect(seen.overtaken(0n, 'a:1')).toBe(false);
    expect(seen.overtaken(0n, 'a:2')).toBe(true);
  });

  it('forgets a late transaction at the latest with those that came before it', () => {
    const seen = new SeenChanges();
    seen.add(5n, 'a:1');
    seen.add(2n, 'a:2');
    seen.forgetBefore(6n);
    expect([seen.count(2n), seen.count(5n)]).toEqual([0, 0]);
  });

  it('forgets everything', () => {
    const seen = new SeenChanges();
    seen.add(5n, 'a:1');
    seen.clear();
    expect(seen.count(5n)).toBe(0);
    expect(seen.overtaken(1n, 'a:1')).toBe(false);
  });
});
