import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';

export interface FilterByteLimits {
  /** Of one connection. */
  readonly connection: number;
  /** Of one principal, or of one address without a token. */
  readonly owner: number;
  readonly total: number;
}

/** What a filter takes: counted once for all subscriptions that share it. */
export interface Weight {
  readonly bytes: number;
}

/** Of the sum, what one owner, and all who are nobody, may take at most: the rest is there for others. */
const LARGEST_SHARE = 0.5;
const NOBODY = 'nobody';

/** What the filters of some subscriptions take together. */
class Pool {
  bytes = 0;
  private readonly holders = new Map<Weight, number>();

  get isEmpty(): boolean {
    return this.holders.size === 0;
  }

  fits(weight: Weight, limit: number): boolean {
    return this.holders.has(weight) || this.bytes + weight.bytes <= limit;
  }

  add(weight: Weight): void {
    const holders = this.holders.get(weight) ?? 0;
    this.holders.set(weight, holders + 1);
    if (holders === 0) this.bytes += weight.bytes;
  }

  remove(weight: Weight): void {
    const holders = (this.holders.get(weight) ?? 0) - 1;
    if (holders > 0) return void this.holders.set(weight, holders);
    if (this.holders.delete(weight)) this.bytes -= weight.bytes;
  }
}

/** The memory that filters may take: of a connection, of whom it belongs to, and of all. */
export class FilterBudget {
  private readonly all = new Pool();
  private readonly strangers = new Pool();
  private readonly owners = new Map<string, Pool>();
  private readonly connections = new Map<Subscriber, Pool>();

  constructor(private readonly limits: FilterByteLimits) {}

  /** What all filters take. */
  get bytes(): number {
    return this.all.bytes;
  }

  /**
   * Accounts for the filter of a subscription.
   *
   * @returns takes it off again; to be called once
   * @throws CommandError LIMIT_EXCEEDED
   */
  take(subscriber: Subscriber, weight: Weight): () => void {
    const { connection, owner, total } = this.limits;
    const { kind, name } = subscriber.owner ?? { kind: 'address', name: NOBODY };
    const key = `${kind} ${name}`;
    const ofConnection = this.connections.get(subscriber) ?? new Pool();
    const ofOwner = this.owners.get(key) ?? new Pool();
    const share = total * LARGEST_SHARE;
    if (!ofConnection.fits(weight, connection)) throw exceeded('this connection', connection);
    if (!ofOwner.fits(weight, Math.min(owner, share))) {
      throw exceeded(kind === 'principal' ? 'one principal' : 'one address without a token', Math.min(owner, share));
    }
    if (kind === 'address' && !this.strangers.fits(weight, share)) throw exceeded('all without a token', share);
    if (!this.all.fits(weight, total)) throw exceeded('all connections', total);
    this.connections.set(subscriber, ofConnection);
    this.owners.set(key, ofOwner);
    const pools = [ofConnection, ofOwner, this.all, ...(kind === 'address' ? [this.strangers] : [])];
    for (const pool of pools) pool.add(weight);
    return () => {
      for (const pool of pools) pool.remove(weight);
      if (ofConnection.isEmpty) this.connections.delete(subscriber);
      if (ofOwner.isEmpty && this.owners.get(key) === ofOwner) this.owners.delete(key);
    };
  }
}

function exceeded(whose: string, limit: number): CommandError {
  return new CommandError(
    'LIMIT_EXCEEDED',
    `filter: those of ${whose} may take ${limit} bytes of memory: unsubscribe from some, or ask for shorter lists.`,
  );
}
