import { CommandError } from '../errors/command-error.js';
import type { Account } from './account.js';
import { HeldBytes } from './held-bytes.js';

export type Target = { readonly topic: string } | { readonly channel: string };

/** One subscriber's subscription, as the subscriber holds it. */
export interface Subscription {
  readonly stream: string;
  readonly target: Target;
  /** What it takes in memory, about. */
  readonly bytes: number;
  /** Ends delivery. Called once, by whoever removes the subscription. */
  release(): void;
}

/** The subscriptions of one subscriber, by stream. Bounded. */
export class Subscriptions {
  private readonly byStream = new Map<string, Subscription>();
  private ended = false;

  constructor(
    private readonly limit: number,
    /** On which all is booked that is held for the subscriber. By default nobody counts it. */
    readonly held: Account = uncounted(),
  ) {}

  get size(): number {
    return this.byStream.size;
  }

  has(stream: string): boolean {
    return this.byStream.has(stream);
  }

  get(stream: string): Subscription | undefined {
    return this.byStream.get(stream);
  }

  /** @throws CommandError LIMIT_EXCEEDED, or UNAVAILABLE once all were released for good */
  add(subscription: Subscription): void {
    // A subscription can still be under way when its connection closes: it would never be released.
    if (this.ended) throw new CommandError('UNAVAILABLE', 'The connection is closed.');
    if (this.byStream.size >= this.limit) {
      throw new CommandError(
        'LIMIT_EXCEEDED',
        `A connection may hold ${this.limit} subscriptions: unsubscribe from one first.`,
      );
    }
    if (!this.held.fits(subscription.bytes)) {
      throw notHeld();
    }
    this.byStream.set(subscription.stream, subscription);
    this.held.book(subscription.bytes);
  }

  /** The subscriptions that are meant by a stream name or by a target. */
  find(wanted: { stream: string } | Target): readonly Subscription[] {
    if ('stream' in wanted) {
      const subscription = this.byStream.get(wanted.stream);
      return subscription ? [subscription] : [];
    }
    return [...this.byStream.values()].filter(({ target }) =>
      'topic' in wanted
        ? 'topic' in target && target.topic === wanted.topic
        : 'channel' in target && target.channel === wanted.channel,
    );
  }

  /** Ends one. */
  release(subscription: Subscription): void {
    if (this.byStream.get(subscription.stream) !== subscription) return;
    this.byStream.delete(subscription.stream);
    this.letGo(subscription);
  }

  /** Ends all, for good: none can be added any more. */
  releaseAll(): void {
    this.ended = true;
    for (const subscription of this.byStream.values()) this.letGo(subscription);
    this.byStream.clear();
  }

  [Symbol.iterator](): IterableIterator<Subscription> {
    return this.byStream.values();
  }

  private letGo(subscription: Subscription): void {
    this.held.book(-subscription.bytes);
    subscription.release();
  }
}

/** What more would have to be held for a subscriber than may. */
export function notHeld(): CommandError {
  return new CommandError('LIMIT_EXCEEDED', 'As much is held for this connection as may be: ask for less at a time.');
}

function uncounted(): Account {
  const limits = { each: Infinity, outbox: Infinity, total: Infinity };
  return new HeldBytes(limits).open({ outboxBytes: 0, closed: false, relieve: () => undefined });
}
