import type { Subscription } from '../delivery/subscriptions.js';
import { Delivery } from '../delivery/delivery.js';
import { Slots } from '../delivery/slots.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import type { Change } from '../surreal/changes/change.js';
import type { ChangeLog } from './change-log.js';
import { endReason } from './end-reason.js';
import { LogReplay } from './log-replay.js';
import type { Resumption } from './resumptions.js';
import type { Snapshot } from './snapshots.js';
import type { Stream } from './stream.js';

/** Snapshots that may wait for one subscription, the one that is read included. */
const MOST_WAITING = 8;
/** Snapshots of one subscriber that are read or sent at a time. */
const MOST_UNDER_WAY = 4;
/** What V8 takes for a subscription, about. What its filter takes has a budget of its own. */
const SUBSCRIPTION_BYTES = 2_048;

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
  /** Once something was to be caught up with. */
  private replay: LogReplay | undefined;

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
    this.replay?.stop();
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

  /** Sends what the log has from a position on. What is at its end is called in the very turn in which that is reached. */
  private async catchUp(from: number, include: (change: Change) => boolean, atEnd?: () => void): Promise<void> {
    if (this.ended) return;
    this.replay ??= new LogReplay(this.source, this.subscriber, this.log);
    await this.replay.run(from, include, atEnd);
  }

  /** The server ends the subscription. */
  end(error: unknown): void {
    if (this.ended) return;
    const { code, message } = endReason(error);
    this.subscriber.subscriptions.release(this);
    const frame = { type: 'unsubscribed', stream: this.stream, ...this.target, code, message } as const;
    this.subscriber.send(Delivery.of(frame));
  }

  private get ended(): boolean {
    return this.released || this.subscriber.closed;
  }
}
