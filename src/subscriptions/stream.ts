import type { ResyncReason } from '@edge-hive/protocol';
import type { Delivery } from '../delivery/delivery.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { compileCondition } from '../filter/compile-condition.js';
import { EVERY_ROW } from '../filter/condition.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { EventEncoder } from './event-encoder.js';
import type { Weight } from './filter-budget.js';
import { Resyncs } from './resyncs.js';
import type { StreamSpec } from './stream-spec.js';
import { judge, type RowTests } from './verdict.js';

type Delivered = Delivery | 'nothing' | 'unknown';

/** What equal subscriptions share: each change is judged and encoded once, and all get the same bytes. */
export class Stream {
  /** Who gets each change as it comes. Those who are still being caught up are not among them. */
  private readonly live = new Set<Subscriber>();
  /** What its filter and fields cost, about. Known when they have been indexed. */
  weight: Weight = { bytes: 0, scans: 0 };
  /** All who hold a subscription, caught up or not. */
  readonly subscribers = new Set<Subscriber>();
  readonly resyncs: Resyncs;

  constructor(
    readonly topic: string,
    readonly name: string,
    readonly spec: StreamSpec,
    private readonly encoder: EventEncoder,
    private readonly metrics: MetricsService,
    /** Makes the cursors that were given so far good for nothing any more. */
    disownCursors: () => void,
    private readonly tests: RowTests = {
      matches: compileCondition(spec.condition),
      visible: compileCondition(spec.where ?? EVERY_ROW),
    },
  ) {
    this.resyncs = new Resyncs(name, this.subscribers, metrics, disownCursors);
  }

  /** Delivers a change to all who are caught up. */
  offer(change: Change): void {
    if (this.live.size === 0) return;
    const delivered = this.deliver(change);
    if (delivered === 'nothing') return;
    if (delivered === 'unknown') return this.resync('unknown_state');
    // Of the change nothing but its time: what waits in outboxes would keep its rows, which nobody counts there.
    const { time } = change;
    delivered.onFirstWrite(() => this.metrics.eventLatency.observe(this.topic, (Date.now() - time) / 1_000));
    for (const subscriber of this.live) subscriber.send(delivered);
    this.metrics.deliveries.inc(this.live.size);
  }

  /** Delivers a change to one who is being caught up. @returns `unknown` where it may not be said whether it concerned them. */
  replay(subscriber: Subscriber, change: Change): 'told' | 'nothing' | 'unknown' {
    const delivered = this.deliver(change);
    if (typeof delivered === 'string') return delivered;
    subscriber.send(delivered);
    this.metrics.deliveries.inc();
    return 'told';
  }

  private deliver(change: Change): Delivered {
    const verdict = judge(change, this.spec, this.tests);
    switch (verdict.kind) {
      case 'nothing':
      case 'unknown':
        return verdict.kind;
      case 'event':
        return this.encoder.event(change, this.name, this.spec, verdict.transition);
      case 'id':
        return this.encoder.idEvent(change, this.name, verdict.transition);
    }
  }

  /** Whether a change is any of this stream's business. */
  concerns(change: Change): boolean {
    return judge(change, this.spec, this.tests).kind !== 'nothing';
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
    if (this.subscribers.size === 0) this.resyncs.close();
  }

  /** Tells all that continuity is lost. */
  resync(reason: ResyncReason): void {
    this.resyncs.toAll(reason);
  }
}
