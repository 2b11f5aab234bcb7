import type { ErrorCode, ResyncReason } from '@edge-hive/protocol';
import { Logger } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import type { Subscription } from '../delivery/subscriptions.js';
import { Delivery } from '../delivery/delivery.js';
import { Slots } from '../delivery/slots.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import type { Change } from '../surreal/changes/change.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import type { ChangeLog } from './change-log.js';
import type { Resumption } from './resumptions.js';
import type { Snapshot } from './snapshots.js';
import type { Stream } from './stream.js';
import { TurnQueue, type Turn } from './turn-queue.js';

/** Snapshots that may wait for one subscription, the one that is read included. */
const MOST_WAITING = 8;
/** Snapshots of one subscriber that are read or sent at a time. */
const MOST_UNDER_WAY = 4;
/** Changes of which the database is asked together before they are replayed. */
const PREPARED_AT_ONCE = 128;
/** What V8 takes for a subscription, about. What its filter takes has a budget of its own. */
const SUBSCRIPTION_BYTES = 2_048;

/** Many who come back at once have the whole log to go through, each of them. */
const turns = new TurnQueue();
/** Each is in memory until all of it has been sent, however slowly it is read. */
const slots = new Slots<Subscriber>(MOST_UNDER_WAY);

/** One subscriber's subscription on a stream of a topic. */
export class TopicSubscription implements Subscription {
  readonly target: { readonly topic: string };
  private released = false;
  /** Replays and snapshots are placed one after the other. */
  private placing: Promise<void> = Promise.resolve();
  private waiting = 0;
  private placed = false;
  /** What happened before this place of the log is in whatever is read after the subscriber was told alone to read again. */
  private excused = -Infinity;
  /** Ends the wait that is under way. */
  private wake?: () => void;

  constructor(
    readonly source: Stream,
    /** As its subscriber was told last: the changefeed of its table can be dropped and added. */
    public durable: boolean,
    private readonly subscriber: Subscriber,
    private readonly log: ChangeLog,
    private readonly onRelease: () => void,
  ) {
    this.target = { topic: source.topic };
    source.subscribers.add(subscriber);
  }

  get bytes(): number {
    return SUBSCRIPTION_BYTES;
  }

  get stream(): string {
    return this.source.name;
  }

  release(): void {
    this.released = true;
    this.wake?.();
    this.source.remove(this.subscriber);
    this.onRelease();
  }

  /** Whether every change is delivered as it comes. */
  get live(): boolean {
    return this.source.isLive(this.subscriber);
  }

  /** Delivers every change from now on. */
  goLive(): void {
    this.placed = true;
    this.source.goLive(this.subscriber, this.log.head);
  }

  /** Tells first what was missed, then every change. */
  resume({ position, includes }: Resumption): Promise<void> {
    return this.enqueue(() => this.catchUp(position, includes, () => this.goLive()));
  }

  /**
   * Places a snapshot into the stream: what follows it is newer than its rows. A stream that is live already has all
   * changes before it told first, so that none is skipped.
   *
   * @param take reads the snapshot, begun no earlier than at a position of the log.
   */
  place(take: (notBefore: number) => Promise<Snapshot>): Promise<void> {
    return this.enqueue(() => slots.run(this.subscriber, () => this.placeNow(take)));
  }

  /** Whether so many snapshots wait to be placed that no more may be asked for. */
  get crowded(): boolean {
    return this.waiting >= MOST_WAITING;
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.waiting += 1;
    this.placing = this.placing
      .then(work)
      .catch((error: unknown) => this.end(error))
      .finally(() => (this.waiting -= 1));
    return this.placing;
  }

  private async placeNow(take: (notBefore: number) => Promise<Snapshot>): Promise<void> {
    // Nothing is read for who doesn't read.
    await this.subscriber.drained();
    if (this.ended) return;
    const wasLive = this.placed;
    const heldAt = this.source.hold(this.subscriber, this.log.head);
    const snapshot = await this.takeThatFits(() => take(wasLive ? heldAt : -Infinity));
    if (!snapshot) return;
    const { contains, position } = snapshot;
    try {
      if (wasLive) await this.catchUp(heldAt, contains);
      await this.sendAll(snapshot);
    } finally {
      this.subscriber.subscriptions.held.letGo(snapshot.held);
    }
    await this.catchUp(
      position,
      (change) => !contains(change),
      () => this.goLive(),
    );
  }

  /**
   * What is too much beside the subscriber's other snapshots is read again when one of them has been sent.
   * @returns undefined when the subscription has ended. @throws CommandError LIMIT_EXCEEDED
   */
  private async takeThatFits(take: () => Promise<Snapshot>): Promise<Snapshot | undefined> {
    for (;;) {
      const snapshot = await this.sharedOf(take);
      if (snapshot || this.ended) return snapshot;
      const { less } = this.subscriber.subscriptions.held;
      if (!less) {
        throw new CommandError('LIMIT_EXCEEDED', 'The snapshot is larger than what may be held for a connection.');
      }
      await less;
    }
  }

  /** @returns undefined when it doesn't fit, or the subscription has ended: then nothing of it is kept. */
  private async sharedOf(take: () => Promise<Snapshot>): Promise<Snapshot | undefined> {
    if (this.ended) return undefined;
    const snapshot = await take();
    return !this.ended && this.subscriber.subscriptions.held.share(snapshot.held) ? snapshot : undefined;
  }

  private async sendAll({ chunks }: Snapshot): Promise<void> {
    for (const chunk of chunks) {
      await this.subscriber.drained();
      if (this.ended) return;
      this.subscriber.send(chunk);
    }
  }

  /**
   * Sends what the log has from a position on, as fast as the subscriber takes it.
   *
   * @param atEnd called in the very turn in which the end is reached: a change could come before the next.
   */
  private async catchUp(from: number, include: (change: Change) => boolean, atEnd?: () => void): Promise<void> {
    const until = atEnd ? Infinity : this.log.head;
    /** Of what comes before it the database has been asked. */
    let prepared = from;
    let turn: Turn | undefined;
    for (let position = from; !this.ended;) {
      if (!this.log.reaches(position)) {
        position = this.log.head;
        await this.resyncAlone('overrun');
        continue;
      }
      const next = this.log.after(this.target.topic, position);
      if (!next || next.position > until) return atEnd?.();
      if (!turn || turn.over) {
        turn = await turns.next();
        continue;
      }
      if (this.source.questions.length > 0 && next.position > prepared) {
        const { changes, end } = this.following(position, include);
        prepared = end;
        await this.source.prepare(changes);
        continue;
      }
      position = next.position;
      if (!include(next.change)) continue;
      const delivered = this.source.replay(this.subscriber, next.change);
      if (delivered === 'told') await this.subscriber.drained();
      else if (delivered === 'unknown' && position > this.excused) await this.resyncAlone('unknown_state');
    }
  }

  /** Some changes from a position on, and the position behind them. */
  private following(position: number, include: (change: Change) => boolean): { changes: Change[]; end: number } {
    const changes: Change[] = [];
    let end = position;
    for (let n = 0; n < PREPARED_AT_ONCE; n += 1) {
      const next = this.log.after(this.target.topic, end);
      if (!next) break;
      end = next.position;
      if (include(next.change)) changes.push(next.change);
    }
    return { changes, end };
  }

  /**
   * Tells its subscriber alone to read again. Where that has to wait, so does everything else of the stream: who is cut off
   * before it was told would go on from a place behind the cause, and never know.
   */
  private async resyncAlone(reason: ResyncReason): Promise<void> {
    const { resyncs } = this.source;
    const last = resyncs.lastTo(this.subscriber);
    this.excused = this.log.head;
    const wait = resyncs.untilOne(this.subscriber);
    if (wait > 0) await this.pause(wait);
    if (this.ended || resyncs.lastTo(this.subscriber) !== last) return;
    this.excused = this.log.head;
    resyncs.toOne(this.subscriber, reason);
  }

  /** Ends early with the subscription. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The server ends the subscription. */
  end(error: unknown): void {
    if (this.ended) return;
    const { code, message } = refusal(error);
    this.subscriber.subscriptions.release(this);
    const frame = { type: 'unsubscribed', stream: this.stream, ...this.target, code, message } as const;
    this.subscriber.send(Delivery.of(frame));
  }

  private get ended(): boolean {
    return this.released || this.subscriber.closed;
  }
}

const logger = new Logger(TopicSubscription.name);

function refusal(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (error instanceof CommandError) return error;
  if (error instanceof DatabaseUnavailable) {
    return { code: 'UNAVAILABLE', message: 'The database did not answer: subscribe again.' };
  }
  // The catalog, which tells of it too, is read once a second.
  if (error instanceof ServerError && error.kind === 'NotFound') {
    return { code: 'UNKNOWN_TOPIC', message: 'The table was removed.' };
  }
  logger.error(error);
  return { code: 'INTERNAL', message: 'The snapshot could not be made.' };
}
