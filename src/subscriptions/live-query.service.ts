import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Delivery } from '../delivery/delivery.js';
import { notHeld } from '../delivery/subscriptions.js';
import { streamName } from '../delivery/stream-name.js';
import { ownerKey, ownerOf, type Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import type { RowRights } from '../filter/row-rights.js';
import type { TopicGrant } from '../rights/topic-grant.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Database } from '../surreal/database.js';
import { withDeadline } from '../surreal/connection/deadline.js';
import { RowAsker } from './asked/row-asker.js';
import { ChangeLog } from './change-log.js';
import { ChangeRouter } from './change-router.js';
import { Checkpoints } from './checkpoints.js';
import { formatEpoch } from './epoch.js';
import { FilterBudget } from './filter-budget.js';
import { Resumptions, type Resumption } from './resumptions.js';
import { rightsChanged, rightsChangedMeanwhile } from './rights-changed.js';
import type { RowHold } from './row-index.js';
import { snapshotSpec, type SnapshotSpec } from './snapshot-query.js';
import { Snapshots } from './snapshots.js';
import { rightsKeyOf, streamSpec, type StreamSpec } from './stream-spec.js';
import type { Stream } from './stream.js';
import { TopicSubscription } from './topic-subscription.js';
import type { TopicRequest } from './topic-request.js';
import type { Topic } from './topic.js';
import { Topics, unknownTopic } from './topics.js';

/** A stream begins where the changefeed has been read to; it waits this long for that at most. */
const CATCH_UP_MS = 1_000;

/** A subscription whose form and rights were found right. */
interface CheckedRequest {
  readonly request: TopicRequest;
  readonly rights: RowRights;
  readonly spec: StreamSpec;
  readonly snapshot: SnapshotSpec | undefined;
  readonly rows: RowHold | undefined;
}

/**
 * Subscriptions to tables. All subscribers of a table share one doorbell and one reader; those that ask for the same
 * share one stream.
 */
@Injectable()
export class LiveQueryService {
  constructor(
    private readonly database: Database,
    private readonly log: ChangeLog,
    private readonly topics: Topics,
    private readonly router: ChangeRouter,
    private readonly snapshots: Snapshots,
    private readonly resumptions: Resumptions,
    private readonly checkpoints: Checkpoints,
    private readonly filters: FilterBudget,
    private readonly asker: RowAsker,
    private readonly config: Config,
    private readonly metrics: MetricsService,
  ) {}

  /**
   * Answers `subscribed`, then what was missed since a cursor, or the snapshot, if one is asked for, then every change.
   *
   * @throws CommandError INVALID_FILTER, INVALID_FIELDS, INVALID_CURSOR, FORBIDDEN, UNKNOWN_TOPIC, LIMIT_EXCEEDED,
   * UNAVAILABLE
   */
  async subscribe(subscriber: Subscriber, request: TopicRequest, grant: TopicGrant): Promise<void> {
    const { rights } = grant;
    const { limitFilterConditions, limitFilterDepth, limitFilterElements, limitSnapshotRows } = this.config;
    const spec = streamSpec(request, rights, {
      conditions: limitFilterConditions,
      depth: limitFilterDepth,
      elements: limitFilterElements,
    });
    const snapshot = snapshotSpec(request.snapshot, rights, limitSnapshotRows);
    await this.topics.use(request.topic, grant.mayDefine, async (topic) => {
      const rows = topic.keepRows(spec, ownerKey(ownerOf(subscriber)));
      try {
        // Where it takes too long, deletions are told less well until it is through.
        if (rows) await this.topics.lookUp(rows.settled).catch(() => undefined);
        // Else what was written just before the command would be told as news. Without an answer the stream begins anyway.
        await withDeadline(CATCH_UP_MS, this.database.caughtUp(topic.name)).catch(() => undefined);
        // What was written before the database was asked for rights isn't theirs to show.
        if (rights.holds) await this.topics.lookUp(this.database.heardAll());
        if (spec.questions.length > 0) await this.topics.lookUp(this.asker.watch(spec.questions));
        const resumption = await this.topics.lookUp(this.resumption(request, spec));
        // Removed while this waited: nobody would tell the stream anything.
        if (!this.topics.isOpen(topic)) throw unknownTopic(topic.name);
        // While this waited: nothing is delivered by rights that were.
        if (rightsKeyOf(grant.now()) !== spec.rightsKey) throw rightsChangedMeanwhile();
        if (!subscriber.closed) this.join(subscriber, topic, { request, rights, spec, snapshot, rows }, resumption);
      } finally {
        rows?.release();
      }
    });
  }

  /** Ends the subscriptions that rights no longer cover, and those whose rows or fields they change. */
  reauthorize(subscriber: Subscriber, rightsOf: (topic: string) => RowRights | undefined): void {
    const byTopic = new Map<string, RowRights | undefined>();
    for (const subscription of [...subscriber.subscriptions]) {
      if (!(subscription instanceof TopicSubscription)) continue;
      const { topic } = subscription.target;
      if (!byTopic.has(topic)) byTopic.set(topic, rightsOf(topic));
      const rights = byTopic.get(topic);
      if (!rights) {
        subscription.end(new CommandError('FORBIDDEN', 'The renewed rights do not cover this topic.'));
      } else if (rightsKeyOf(rights) !== subscription.source.spec.rightsKey) {
        subscription.end(rightsChanged());
      }
    }
  }

  /** Tells the resyncs that were put off: to be called before subscribers are sent to another instance. */
  deliverWaiting(): void {
    for (const topic of this.topics) for (const stream of topic) stream.resyncs.deliverWaiting();
  }

  /** Tells every subscriber of a topic to read it again. @throws CommandError UNKNOWN_TOPIC, UNAVAILABLE */
  async resync(topic: string): Promise<void> {
    await this.topics.find(topic);
    this.router.resync(topic);
  }

  private async resumption(
    { topic, since, epoch }: TopicRequest,
    { key, rightsKey, paths, questions }: StreamSpec,
  ): Promise<Resumption | undefined> {
    if (since === undefined) return undefined;
    const resumption = await this.resumptions.find(
      { topic, since, epoch, key, rightsKey, paths, questions },
      this.router.logEpoch,
    );
    this.metrics.resumes.inc(resumption?.kind ?? 'refused');
    return resumption;
  }

  private join(subscriber: Subscriber, topic: Topic, order: CheckedRequest, resumption: Resumption | undefined): void {
    const { request, rights, spec, snapshot, rows } = order;
    const stream = topic.stream(spec, () => streamName('topic'));
    const held = subscriber.subscriptions.get(stream.name);
    const subscription =
      held instanceof TopicSubscription
        ? held
        : this.subscription(subscriber, topic, stream, { holds: rights.holds, rows: rows?.again() });
    if (snapshot && subscription.crowded) {
      throw new CommandError('LIMIT_EXCEEDED', 'snapshot: wait for those of this subscription that are under way.');
    }
    subscription.durable = this.database.followsDurably(topic.name);
    const cursor = this.cursor(topic.name);
    // Nothing was missed on a stream that is live.
    const recovered = held !== undefined || resumption !== undefined;
    subscriber.send(
      Delivery.of({
        type: 'subscribed',
        ...(request.id !== undefined && { id: request.id }),
        topic: topic.name,
        stream: stream.name,
        cursor,
        epoch: formatEpoch({ log: this.router.logEpoch, rightsKey: spec.rightsKey }),
        durable: subscription.durable,
        ...(!this.database.deliversEveryWrite(topic.name) && { complete: false }),
        ...(request.since !== undefined && { recovered }),
      }),
    );
    if (subscription.durable) this.checkpoints.add(subscriber, cursor);
    if (snapshot && !(request.since !== undefined && recovered)) {
      const origin = ownerKey(ownerOf(subscriber));
      void subscription.place((notBefore) =>
        this.snapshots.take(stream, snapshot, notBefore, subscriber.subscriptions.held, origin),
      );
    } else if (!held) {
      if (resumption) void subscription.resume(resumption);
      else subscription.goLive();
    }
  }

  /** Where a stream that begins now begins. */
  private cursor(topic: string): string {
    const newest = this.database.followsDurably(topic) ? this.log.cursor : undefined;
    return newest ?? this.database.liveCursor;
  }

  private subscription(
    subscriber: Subscriber,
    topic: Topic,
    stream: Stream,
    { holds, rows }: { readonly holds: RowRights['holds']; readonly rows: RowHold | undefined },
  ): TopicSubscription {
    const durable = this.database.followsDurably(topic.name);
    const { held } = subscriber.subscriptions;
    let release = (): void => undefined;
    let part = (): void => undefined;
    const subscription = new TopicSubscription(stream, durable, subscriber, this.log, () => {
      rows?.release();
      release();
      part();
      topic.release(stream);
      this.topics.closeIfIdle(topic);
    });
    try {
      release = this.filters.take(subscriber, stream.weight);
      if (holds) {
        if (!held.join(holds)) throw notHeld();
        part = () => held.part(holds);
      }
      subscriber.subscriptions.add(subscription);
    } catch (error) {
      subscription.release();
      throw error;
    }
    return subscription;
  }
}
