import { Holdings, type Lasting } from '../delivery/holdings.js';
import { notHeld } from '../delivery/subscriptions.js';
import { ownerKey, ownerOf, type Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import { Overlap } from '../filter/overlap.js';
import type { Reach } from '../filter/reach.js';

/** What filters take, or may take. */
export interface Load {
  /** Of memory. */
  readonly bytes: number;
  /** Comparisons that each change costs, whatever it is. */
  readonly scans: number;
}

/** Also of those of one table, how many one change may be for: for each of them it is encoded. */
export interface FullLoad extends Load {
  readonly matches: number;
}

/** What a filter takes: counted once for all subscriptions that share it. */
export interface Weight extends Load {
  /** Which rows a client's own choice may be for. Absent: it chose nothing that others under the same rights don't have. */
  readonly reach?: { readonly topic: string; readonly rows: readonly Reach[] };
  /** The policy's part of it, which all under the same rights share. No client chose it: it is held, and refused to nobody. */
  readonly policy?: Lasting;
}

export interface FilterLimits {
  readonly connection: Load;
  /** Of one principal, or of one address without a token. */
  readonly owner: FullLoad;
  readonly total: FullLoad;
}

const KINDS = ['bytes', 'scans'] as const;
const REFUSALS: Readonly<Record<keyof Load, (whose: string, limit: number) => string>> = {
  bytes: (whose, limit) =>
    `filter: those of ${whose} may take ${limit} bytes of memory: unsubscribe from some, or ask for shorter lists.`,
  scans: (whose, limit) =>
    `filter: those of ${whose} may cost ${limit} comparisons whatever the change is: unsubscribe from some, or add a condition that can be looked up (equality, in, a range, startsWith).`,
};

function tooAlike(whose: string, limit: number): string {
  return `filter: of those of ${whose} on this table, one change may be for ${limit}: unsubscribe from some, or add equality on a field in which they differ.`;
}

/** Of the sum, what one owner, and all who are nobody, may take at most: the rest is there for others. */
const LARGEST_SHARE = 0.5;

/** What the filters of some subscriptions take together. */
class Pool {
  readonly sum = { bytes: 0, scans: 0 };
  /** Absent where one change may be for any number of them. */
  private readonly overlaps: Map<string, Overlap> | undefined;
  private readonly held = new Holdings<Weight>();

  constructor(
    private readonly limits: Load & Partial<FullLoad>,
    private readonly whose: string,
  ) {
    this.overlaps = limits.matches === undefined ? undefined : new Map();
  }

  get isEmpty(): boolean {
    return this.held.isEmpty;
  }

  /** @throws CommandError LIMIT_EXCEEDED */
  check(weight: Weight): void {
    if (this.held.has(weight)) return;
    const { limits, whose } = this;
    for (const kind of KINDS) {
      if (weight[kind] === 0 || this.sum[kind] + weight[kind] <= limits[kind]) continue;
      throw new CommandError('LIMIT_EXCEEDED', REFUSALS[kind](whose, limits[kind]));
    }
    const { matches = Infinity } = limits;
    const { reach } = weight;
    if (!reach || (this.overlaps?.get(reach.topic)?.with(reach.rows) ?? 0) <= matches) return;
    throw new CommandError('LIMIT_EXCEEDED', tooAlike(whose, matches));
  }

  add(weight: Weight): void {
    if (this.held.add(weight)) this.grow(weight, 1);
  }

  remove(weight: Weight): void {
    if (this.held.remove(weight)) this.grow(weight, -1);
  }

  private grow({ bytes, scans, reach }: Weight, sign: 1 | -1): void {
    this.sum.bytes += sign * bytes;
    this.sum.scans += sign * scans;
    if (!reach || !this.overlaps) return;
    const overlap = this.overlaps.get(reach.topic) ?? new Overlap();
    this.overlaps.set(reach.topic, overlap);
    if (sign > 0) overlap.add(reach.rows);
    else overlap.remove(reach.rows);
    if (overlap.most === 0) this.overlaps.delete(reach.topic);
  }
}

/** The memory and work that filters may take: of a connection, of whom it belongs to, and of all. */
export class FilterBudget {
  private readonly all: Pool;
  private readonly strangers: Pool;
  private readonly owners = new Map<string, Pool>();
  private readonly connections = new Map<Subscriber, Pool>();
  private readonly ofOwner: FullLoad;

  constructor(private readonly limits: FilterLimits) {
    const { owner, total } = limits;
    const { bytes, scans, matches } = total;
    const share = { bytes: bytes * LARGEST_SHARE, scans: scans * LARGEST_SHARE, matches: matches * LARGEST_SHARE };
    this.ofOwner = {
      bytes: Math.min(owner.bytes, share.bytes),
      scans: Math.min(owner.scans, share.scans),
      matches: Math.min(owner.matches, share.matches),
    };
    this.all = new Pool(total, 'all connections');
    this.strangers = new Pool(share, 'all without a token');
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
    // Of a subscription that chooses nothing there is nothing to keep.
    if (isNothing(weight)) return () => undefined;
    const whose = ownerOf(subscriber);
    const key = ownerKey(whose);
    const isStranger = whose.kind === 'address';
    const ofConnection = this.connections.get(subscriber) ?? new Pool(this.limits.connection, 'this connection');
    const ofOwner =
      this.owners.get(key) ?? new Pool(this.ofOwner, isStranger ? 'one address without a token' : 'one principal');
    const pools = [ofConnection, ofOwner, ...(isStranger ? [this.strangers] : []), this.all];
    for (const pool of pools) pool.check(weight);
    const letGo = hold(subscriber, weight);
    this.connections.set(subscriber, ofConnection);
    this.owners.set(key, ofOwner);
    for (const pool of pools) pool.add(weight);
    return () => {
      letGo();
      for (const pool of pools) pool.remove(weight);
      if (ofConnection.isEmpty) this.connections.delete(subscriber);
      if (ofOwner.isEmpty && this.owners.get(key) === ofOwner) this.owners.delete(key);
    };
  }
}

function isNothing({ bytes, scans, reach, policy }: Weight): boolean {
  return bytes === 0 && scans === 0 && !reach && !policy;
}

/** Books it on the subscriber's account. @throws CommandError LIMIT_EXCEEDED */
function hold({ subscriptions: { held } }: Subscriber, weight: Weight): () => void {
  const lastings = weight.policy ? [weight, weight.policy] : [weight];
  const letGo = () => {
    for (const lasting of lastings) held.part(lasting);
  };
  if (lastings.every((lasting) => held.join(lasting))) return letGo;
  letGo();
  throw notHeld();
}
