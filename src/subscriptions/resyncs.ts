import type { ResyncReason } from '@edge-hive/protocol';
import { Delivery } from '../delivery/delivery.js';
import type { Subscriber } from '../delivery/subscriber.js';
import type { MetricsService } from '../metrics/metrics.service.js';

/** Two resyncs that a subscriber gets of one stream are at least this far apart. */
const INTERVAL_MS = 5_000;

/** Tells a stream's subscribers that continuity is lost: all of them, or the only one for whom it is. */
export class Resyncs {
  private lastToAll = -Infinity;
  /** Who was told then. Whoever came later may be told before the others. */
  private wereTold = new WeakSet<Subscriber>();
  /** Who was told alone since the last cause that concerns all. */
  private toldSince = new WeakSet<Subscriber>();
  private readonly lastToOne = new WeakMap<Subscriber, number>();
  private pending: NodeJS.Timeout | undefined;
  private reason: ResyncReason = 'late';
  /** Who is told when the time has come. */
  private waiting: Set<Subscriber> | 'all' = new Set();

  constructor(
    private readonly stream: string,
    private readonly subscribers: ReadonlySet<Subscriber>,
    private readonly metrics: MetricsService,
    /** Makes the cursors that were given so far good for nothing any more. */
    private readonly disownCursors: () => void,
  ) {}

  /**
   * Tells all: at once, or as soon as the last time is long enough ago. A client that was told knows that it may lack another one
   * when it goes to another instance. One that came since then doesn't: it is told at once.
   */
  toAll(reason: ResyncReason): void {
    this.toldSince = new WeakSet();
    const wait = this.lastToAll + INTERVAL_MS - performance.now();
    if (wait <= 0 && !this.pending) return this.send(reason);
    this.pending ??= this.later(reason, wait);
    this.waiting = 'all';
    for (const subscriber of this.subscribers)
      if (this.lastTo(subscriber) === -Infinity) this.toOne(subscriber, reason);
  }

  /** Tells one alone, who can have been told nothing of the stream since it was found out. */
  toOne(subscriber: Subscriber, reason: ResyncReason): void {
    this.lastToOne.set(subscriber, performance.now());
    this.toldSince.add(subscriber);
    if (this.waiting !== 'all') this.waiting.delete(subscriber);
    this.metrics.resyncs.inc(reason);
    subscriber.send(this.frame(reason));
  }

  /** How long one must not be told. */
  untilOne(subscriber: Subscriber): number {
    return Math.max(0, this.lastTo(subscriber) + INTERVAL_MS - performance.now());
  }

  /** When one was told the last time. */
  lastTo(subscriber: Subscriber): number {
    const toAll = this.wereTold.has(subscriber) ? this.lastToAll : -Infinity;
    return Math.max(toAll, this.lastToOne.get(subscriber) ?? -Infinity);
  }

  /** Tells those who wait at once: whoever goes to another instance would go on from behind the cause, and never know. */
  deliverWaiting(): void {
    if (!this.pending) return;
    clearTimeout(this.pending);
    this.deliverDue();
  }

  close(): void {
    if (!this.pending) return;
    clearTimeout(this.pending);
    if (this.waiting === 'all' || this.waiting.size > 0) this.disownCursors();
  }

  private later(reason: ResyncReason, wait: number): NodeJS.Timeout {
    this.reason = reason;
    return setTimeout(() => this.deliverDue(), wait);
  }

  private deliverDue(): void {
    const { waiting, reason } = this;
    this.pending = undefined;
    this.waiting = new Set();
    if (waiting !== 'all' && waiting.size === 0) return;
    // What was told since lies behind its cause: whoever was cut off before this would go on from there, and never know.
    this.disownCursors();
    if (waiting === 'all') return this.send(reason);
    for (const subscriber of waiting) if (this.subscribers.has(subscriber)) this.toOne(subscriber, reason);
  }

  private send(reason: ResyncReason): void {
    const now = performance.now();
    const frame = this.frame(reason);
    const early = new Set<Subscriber>();
    const told = new WeakSet<Subscriber>();
    for (const subscriber of this.subscribers) {
      if (this.toldSince.has(subscriber)) continue;
      if (this.isTooEarly(subscriber, now)) {
        early.add(subscriber);
      } else {
        subscriber.send(frame);
        told.add(subscriber);
      }
    }
    this.lastToAll = now;
    this.wereTold = told;
    this.metrics.resyncs.inc(reason);
    if (early.size === 0) return;
    this.waiting = early;
    this.pending = this.later(reason, INTERVAL_MS);
  }

  private isTooEarly(subscriber: Subscriber, now: number): boolean {
    const last = this.lastToOne.get(subscriber);
    return last !== undefined && last + INTERVAL_MS > now;
  }

  private frame(reason: ResyncReason): Delivery {
    return Delivery.of({ type: 'resync', stream: this.stream, reason });
  }
}
