import type { Claim } from '../delivery/claims.js';
import { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { Subscription } from './subscription.js';

/** Subscribers told in one turn of the event loop. */
const SLICE = 500;

/**
 * Tells subscribers from time to time up to where all of their durable streams are delivered, so that a stream on which
 * nothing happens can be resumed for as long as the changefeed is kept.
 */
export class Checkpoints {
  private readonly told = new Map<Subscriber, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly intervalMs: number,
    private readonly cursor: () => string | undefined,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.tell(), this.intervalMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** From now on the subscriber is told, until it has no durable subscription any more. */
  add(subscriber: Subscriber, cursor: string): void {
    if (!this.told.has(subscriber)) this.told.set(subscriber, cursor);
  }

  private tell(): void {
    this.tellSlice([...this.told.keys()], 0);
  }

  /** The cursor is looked up in the turn in which it is told: all changes up to it are in the outboxes then, and no others. */
  private tellSlice(subscribers: readonly Subscriber[], from: number): void {
    const cursor = this.cursor();
    if (cursor === undefined || from >= subscribers.length) return;
    const frame = EncodedFrame.of({ type: 'checkpoint', cursor });
    for (const subscriber of subscribers.slice(from, from + SLICE)) this.tellOne(subscriber, cursor, frame);
    setImmediate(() => this.tellSlice(subscribers, from + SLICE));
  }

  private tellOne(subscriber: Subscriber, cursor: string, frame: EncodedFrame): void {
    const durable = [...subscriber.claims].filter(isDurable);
    if (subscriber.closed || durable.length === 0) {
      this.told.delete(subscriber);
      return;
    }
    if (this.told.get(subscriber) === cursor || !durable.every(({ live }) => live)) return;
    this.told.set(subscriber, cursor);
    subscriber.send(frame);
  }
}

function isDurable(claim: Claim): claim is Subscription {
  return claim instanceof Subscription && claim.durable;
}
