import type { ResyncReason } from '@edge-hive/protocol';
import { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { compileCondition, type RowTest } from '../filter/compile-condition.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/change.js';
import type { EventEncoder } from './event-encoder.js';
import type { StreamSpec } from './stream-spec.js';
import { judge } from './verdict.js';

/** Two resyncs of one stream are at least this far apart. */
const RESYNC_INTERVAL_MS = 5_000;

type Told = { readonly frame: EncodedFrame } | 'nothing' | 'resync';

/** What equal subscriptions share: each change is judged and encoded once, and all get the same bytes. */
export class Stream {
  private readonly matches: RowTest;
  /** Who gets each change as it comes. Those who are still being caught up are not among them. */
  private readonly live = new Set<Subscriber>();
  private lastResync = -Infinity;
  private pendingResync: NodeJS.Timeout | undefined;
  /** All who hold a subscription, caught up or not. */
  readonly subscribers = new Set<Subscriber>();

  constructor(
    readonly topic: string,
    readonly name: string,
    readonly spec: StreamSpec,
    private readonly encoder: EventEncoder,
    private readonly metrics: MetricsService,
    /** Makes the cursors that were given so far good for nothing any more. */
    private readonly disownCursors: () => void,
  ) {
    this.matches = compileCondition(spec.condition);
  }

  /** Delivers a change to all who are caught up. */
  offer(change: Change): void {
    if (this.live.size === 0) return;
    const told = this.tell(change);
    if (told === 'nothing') return;
    if (told === 'resync') return this.resync('unknown_state');
    told.frame.onFirstWrite(() => this.metrics.eventLatency.observe(this.topic, (Date.now() - change.time) / 1_000));
    for (const subscriber of this.live) subscriber.send(told.frame);
    this.metrics.deliveries.inc(this.live.size);
  }

  /** Delivers a change to one who is being caught up. @returns whether anything was sent. */
  replay(subscriber: Subscriber, change: Change): boolean {
    const told = this.tell(change);
    if (told === 'nothing') return false;
    if (told === 'resync') {
      this.resync('unknown_state');
      return false;
    }
    subscriber.send(told.frame);
    this.metrics.deliveries.inc();
    return true;
  }

  private tell(change: Change): Told {
    const verdict = judge(change, this.spec, this.matches);
    switch (verdict.kind) {
      case 'nothing':
        return 'nothing';
      case 'unknown':
        return 'resync';
      case 'event':
        return { frame: this.encoder.event(change, this.name, this.spec.fields, verdict.transition) };
      case 'id':
        return { frame: this.encoder.idEvent(change, this.name, verdict.transition) };
    }
  }

  /** Whether a change is any of this stream's business. */
  concerns(change: Change): boolean {
    return judge(change, this.spec, this.matches).kind !== 'nothing';
  }

  isLive(subscriber: Subscriber): boolean {
    return this.live.has(subscriber);
  }

  goLive(subscriber: Subscriber): void {
    if (this.subscribers.has(subscriber)) this.live.add(subscriber);
  }

  /** From now on the subscriber is caught up from the log instead. */
  hold(subscriber: Subscriber): void {
    this.live.delete(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.live.delete(subscriber);
    this.subscribers.delete(subscriber);
    if (this.subscribers.size === 0) this.close();
  }

  close(): void {
    if (!this.pendingResync) return;
    clearTimeout(this.pendingResync);
    this.disownCursors();
  }

  /** Tells all that continuity is lost: at once, or as soon as the last time is long enough ago. */
  resync(reason: ResyncReason): void {
    if (this.pendingResync) return;
    const wait = this.lastResync + RESYNC_INTERVAL_MS - performance.now();
    if (wait <= 0) return this.sendResync(reason);
    this.pendingResync = setTimeout(() => {
      this.pendingResync = undefined;
      // What was told since lies behind its cause: whoever was cut off before this would go on from there, and never know.
      this.disownCursors();
      this.sendResync(reason);
    }, wait);
  }

  private sendResync(reason: ResyncReason): void {
    this.lastResync = performance.now();
    this.metrics.resyncs.inc(reason);
    const frame = EncodedFrame.of({ type: 'resync', stream: this.name, reason });
    for (const subscriber of this.subscribers) subscriber.send(frame);
  }
}
