import { ownerKey, ownerOf, type Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';

/** What a filter takes: counted once for all subscriptions that share it. */
export interface Weight {
  /** Of memory. */
  readonly bytes: number;
  /** Comparisons that each change costs, whatever it is. */
  readonly scans: number;
}

export interface FilterLimits {
  readonly connection: Weight;
  /** Of one principal, or of one address without a token. */
  readonly owner: Weight;
  readonly total: Weight;
}

const KINDS = ['bytes', 'scans'] as const;
const REFUSALS: Readonly<Record<keyof Weight, (whose: string, limit: number) => string>> = {
  bytes: (whose, limit) =>
    `filter: those of ${whose} may take ${limit} bytes of memory: unsubscribe from some, or ask for shorter lists.`,
  scans: (whose, limit) =>
    `filter: those of ${whose} may cost ${limit} comparisons whatever the change is: unsubscribe from some, or add a condition that can be looked up (equality, in, a range, startsWith).`,
};

/** Of the sum, what one owner, and all who are nobody, may take at most: the rest is there for others. */
const LARGEST_SHARE = 0.5;

/** What the filters of some subscriptions take together. */
class Pool {
  readonly sum = { bytes: 0, scans: 0 };
  private readonly holders = new Map<Weight, number>();

  get isEmpty(): boolean {
    return this.holders.size === 0;
  }

  /** @throws CommandError LIMIT_EXCEEDED */
  check(weight: Weight, limits: Weight, whose: string): void {
    if (this.holders.has(weight)) return;
    for (const kind of KINDS) {
      if (weight[kind] === 0 || this.sum[kind] + weight[kind] <= limits[kind]) continue;
      throw new CommandError('LIMIT_EXCEEDED', REFUSALS[kind](whose, limits[kind]));
    }
  }

  add(weight: Weight): void {
    const holders = this.holders.get(weight) ?? 0;
    this.holders.set(weight, holders + 1);
    if (holders === 0) this.grow(weight, 1);
  }

  remove(weight: Weight): void {
    const holders = (this.holders.get(weight) ?? 0) - 1;
    if (holders > 0) return void this.holders.set(weight, holders);
    if (this.holders.delete(weight)) this.grow(weight, -1);
  }

  private grow({ bytes, scans }: Weight, sign: 1 | -1): void {
    this.sum.bytes += sign * bytes;
    this.sum.scans += sign * scans;
  }
}

/** The memory and work that filters may take: of a connection, of whom it belongs to, and of all. */
export class FilterBudget {
  private readonly all = new Pool();
  private readonly strangers = new Pool();
  private readonly owners = new Map<string, Pool>();
  private readonly connections = new Map<Subscriber, Pool>();
  private readonly share: Weight;
  private readonly ofOwner: Weight;

  constructor(private readonly limits: FilterLimits) {
    const { owner, total } = limits;
    this.share = { bytes: total.bytes * LARGEST_SHARE, scans: total.scans * LARGEST_SHARE };
    this.ofOwner = {
      bytes: Math.min(owner.bytes, this.share.bytes),
      scans: Math.min(owner.scans, this.share.scans),
    };
  }

  /** What all filters take. */
  get bytes(): number {
    return this.all.sum.bytes;
  }

  /** What all filters cost each change. */
  get scans(): number {
    return this.all.sum.scans;
  }

  /**
   * Accounts for the filter of a subscription.
   *
   * @returns takes it off again; to be called once
   * @throws CommandError LIMIT_EXCEEDED
   */
  take(subscriber: Subscriber, weight: Weight): () => void {
    const whose = ownerOf(subscriber);
    const key = ownerKey(whose);
    const isStranger = whose.kind === 'address';
    const ofConnection = this.connections.get(subscriber) ?? new Pool();
    const ofOwner = this.owners.get(key) ?? new Pool();
    ofConnection.check(weight, this.limits.connection, 'this connection');
    ofOwner.check(weight, this.ofOwner, isStranger ? 'one address without a token' : 'one principal');
    if (isStranger) this.strangers.check(weight, this.share, 'all without a token');
    this.all.check(weight, this.limits.total, 'all connections');
    this.connections.set(subscriber, ofConnection);
    this.owners.set(key, ofOwner);
    const pools = [ofConnection, ofOwner, this.all, ...(isStranger ? [this.strangers] : [])];
    for (const pool of pools) pool.add(weight);
    return () => {
      for (const pool of pools) pool.remove(weight);
      if (ofConnection.isEmpty) this.connections.delete(subscriber);
      if (ofOwner.isEmpty && this.owners.get(key) === ofOwner) this.owners.delete(key);
    };
  }
}
