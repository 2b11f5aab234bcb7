import { describe, expect, it } from '@jest/globals';
import { RowBudget, type RowKeeper } from './row-budget.js';

class Keeper implements RowKeeper {
  bytes = 0;

  constructor(
    readonly holders: ReadonlySet<string>,
    private readonly budget: RowBudget,
    readonly rights = false,
  ) {
    budget.add(this);
  }

  take(bytes: number): void {
    this.bytes += bytes;
    this.budget.take(bytes);
  }

  giveUp(): void {
    this.budget.release(this.bytes);
    this.bytes = 0;
  }
}

describe('RowBudget', () => {
  const bytesOf = (...keepers: Keeper[]) => keepers.map(({ bytes }) => bytes);

  it('has the client give way that has the most kept, in however small parts', () => {
    const budget = new RowBudget(100);
    const theirs = new Keeper(new Set(['ann']), budget);
    const hers = [1, 2, 3].map(() => new Keeper(new Set(['eve']), budget));
    theirs.take(30);
    for (const keeper of hers) keeper.take(20);
    theirs.take(12);
    expect(bytesOf(theirs, ...hers)).toEqual([42, 0, 20, 20]);
  });

  it('holds against nobody what many need', () => {
    const budget = new RowBudget(100);
    const shared = new Keeper(new Set(['ann', 'bob', 'cid', 'eve']), budget);
    const hers = new Keeper(new Set(['eve']), budget);
    shared.take(90);
    hers.take(5);
    shared.take(6);
    expect(bytesOf(shared, hers)).toEqual([96, 0]);
  });

  it('has the policy’s give way only where no client’s is left, the largest first', () => {
    const budget = new RowBudget(100);
    const [small, large] = [new Keeper(new Set(['ann']), budget, true), new Keeper(new Set(['eve']), budget, true)];
    const filter = new Keeper(new Set(['ann']), budget);
    filter.take(10);
    small.take(20);
    expect([budget.roomFor(filter), budget.roomFor(small)]).toEqual([70, 80]);
    large.take(75);
    expect(bytesOf(filter, small, large)).toEqual([0, 20, 75]);
    small.take(6);
    expect(bytesOf(filter, small, large)).toEqual([0, 26, 0]);
  });

  it('keeps nothing where there may be nothing', () => {
    const budget = new RowBudget(0);
    const keeper = new Keeper(new Set(['ann']), budget, true);
    keeper.take(10);
    expect([keeper.bytes, budget.bytes]).toEqual([0, 0]);
  });
});
