import type { ResyncReason } from '@edge-hive/protocol';
import type { Delivery } from '../delivery/delivery.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { compileCondition } from '../filter/compile-condition.js';
import { EVERY_ROW } from '../filter/condition.js';
import { Unanswered, type RowQuestion } from '../filter/row-question.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { DatabaseRow } from '../values/path.js';
import type { AskedChanges } from './asked/asked-changes.js';
import type { AskedStream } from './asked/asked-stream.js';
import type { EventEncoder } from './event-encoder.js';
import type { Weight } from './filter-budget.js';
import { Resyncs } from './resyncs.js';
import type { StreamSpec } from './stream-spec.js';
import { judge, type RowTests } from './verdict.js';

type Delivered = Delivery | 'nothing' | 'unknown';

/** What equal subscriptions share: each change is judged and encoded once, and all get the same bytes. */
export class Stream implements AskedStream {
  /**
   * Who gets each change as it comes, from a place in the change log on. Those who are still being caught up are not among them.
   */
  private readonly live = new Map<Subscriber, number>();
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
    /** Where changes wait for what the database says. Absent: it isn't asked. */
    private readonly asked?: AskedChanges<Stream>,
  ) {
    this.resyncs = new Resyncs(name, this.subscribers, metrics, disownCursors);
  }

  /** What the database has to be asked before a change is delivered. */
  get questions(): readonly RowQuestion[] {
    return this.spec.questions;
  }

  /** Whether somebody is caught up. */
  get hasLive(): boolean {
    return this.live.size > 0;
  }

  /** What isn't known yet of a row, and has to be known. @param gone whether the row is what a deleted record was */
  openQuestions(row: DatabaseRow, gone: boolean): readonly RowQuestion[] {
    const open = this.questions.filter((question) => !question.knows(row));
    if (open.length === 0 || gone) return open;
    try {
      return this.tests.matches(row) ? open : [];
    } catch (error) {
      if (error instanceof Unanswered) return open;
      throw error;
    }
  }

  /**
   * Delivers a change to all who are caught up.
   *
   * @param position the place in the change log behind it, where it was told some time ago
   */
  offer(change: Change, position = Infinity): void {
    if (this.live.size === 0) return;
    const delivered = this.deliver(change);
    if (delivered === 'nothing') return;
    if (delivered === 'unknown') return this.resync('unknown_state');
    // Of the change nothing but its time: what waits in outboxes would keep its rows, which nobody counts there.
    const { time } = change;
    delivered.onFirstWrite(() => this.metrics.eventLatency.observe(this.topic, (Date.now() - time) / 1_000));
    let deliveries = 0;
    for (const [subscriber, from] of this.live) {
      if (from >= position) continue;
      subscriber.send(delivered);
      deliveries += 1;
    }
    this.metrics.deliveries.inc(deliveries);
  }

  /** Delivers a change to one who is being caught up. @returns `unknown` where it may not be said whether it concerned them. */
  replay(subscriber: Subscriber, change: Change): 'delivered' | 'nothing' | 'unknown' {
    const delivered = this.deliver(change);
    if (typeof delivered === 'string') return delivered;
    subscriber.send(delivered);
    this.metrics.deliveries.inc();
    return 'delivered';
  }

  private deliver(change: Change): Delivered {
    try {
      return this.judged(change);
    } catch (error) {
      if (error instanceof Unanswered) return 'unknown';
      throw error;
    }
  }

  private judged(change: Change): Delivered {
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
    // Who may see it may not have been asked: then it is.
    return this.questions.length > 0 || judge(change, this.spec, this.tests).kind !== 'nothing';
  }

  /** Whether a subscriber has been told all that the change log has. */
  isLive(subscriber: Subscriber): boolean {
    return this.live.has(subscriber) && !this.asked?.awaits(this);
  }

  /** @param from the place in the change log behind what it has been told */
  goLive(subscriber: Subscriber, from: number): void {
    if (this.subscribers.has(subscriber)) this.live.set(subscriber, from);
  }

  /**
   * From now on the subscriber is caught up from the log instead.
   *
   * @returns the place in the log behind what it has been told
   */
  hold(subscriber: Subscriber, head: number): number {
    const from = this.live.get(subscriber) ?? -Infinity;
    this.live.delete(subscriber);
    return Math.max(from, this.asked?.firstOf(this) ?? head);
  }

  /** Settles when the database was asked about changes that are to be replayed; `undefined`: it needn't be. */
  prepare(changes: readonly Change[]): Promise<void> | undefined {
    return this.asked?.prepare(this, changes);
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
