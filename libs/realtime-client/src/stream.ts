import type { EventFrame, MessageFrame, ResyncReason, Row, SnapshotFrame } from '@edge-hive/protocol';
import type { Subscriber } from './subscriber.js';
import type { ResyncNotice, Target } from './subscription.js';
import type { ToldBefore } from './told-before.js';
import type { Trail } from './trail.js';

interface DueSnapshot {
  subscriber: Subscriber;
  rows: Row[];
  begun: boolean;
}

/** What one connection gets under one stream name, and for whom: subscriptions that amount to the same share it. */
export class Stream {
  readonly subscribers = new Set<Subscriber>();
  /** Each command that asked for a snapshot gets one, in the order of the commands. */
  private readonly due: DueSnapshot[] = [];
  private readonly toldBefore = new Map<Subscriber, ToldBefore>();

  /** @param trail undefined: it can't be continued on another connection */
  constructor(
    readonly name: string,
    readonly target: Target,
    readonly trail?: Trail,
  ) {}

  /** @param toldBefore of one that has begun anew */
  join(subscriber: Subscriber, toldBefore?: ToldBefore): void {
    this.subscribers.add(subscriber);
    if (toldBefore !== undefined) this.toldBefore.set(subscriber, toldBefore);
  }

  /** What a subscriber was told before this stream, as far as a replay of this one could repeat it. */
  before(subscriber: Subscriber): ToldBefore | undefined {
    const before = this.toldBefore.get(subscriber);
    return this.trail && before?.isPast(this.trail) ? undefined : before;
  }

  expectSnapshot(subscriber: Subscriber): void {
    this.due.push({ subscriber, rows: [], begun: false });
  }

  expectsSnapshot(subscriber: Subscriber): boolean {
    return this.due.some((entry) => entry.subscriber === subscriber);
  }

  /** @returns who has to be given another snapshot */
  receive(frame: EventFrame | MessageFrame): Subscriber[] {
    const novelty = this.trail?.take(frame) ?? 'new';
    if (novelty === 'late') return this.resync('late');
    if (novelty === 'repeat') return [];
    for (const subscriber of [...this.subscribers]) {
      if (this.toldBefore.get(subscriber)?.has(frame.cursor) !== true) subscriber.receive(frame);
    }
    return [];
  }

  /** A message that nobody is to be told. It is a place to go on from all the same. */
  skip(frame: MessageFrame): void {
    this.trail?.take(frame);
  }

  /** Of the connection's checkpoints, which are places in the database's log: a channel has a log of its own. */
  checkpoint(cursor: string): void {
    if ('topic' in this.target) this.trail?.advance(cursor);
  }

  snapshot({ data, last }: SnapshotFrame): void {
    const next = this.due[0];
    if (next === undefined) return;
    next.begun = true;
    next.rows = next.rows.concat(data);
    if (!last) return;
    this.due.shift();
    next.subscriber.snapshot(next.rows);
  }

  /** @returns who has to be given another snapshot: a snapshot that comes whole behind this is new enough */
  resync(reason: ResyncReason): Subscriber[] {
    if (reason === 'feed_changed') {
      this.trail?.replaced();
      this.toldBefore.clear();
    }
    const subscribers = [...this.subscribers];
    for (const subscriber of subscribers) subscriber.resync(reason);
    return subscribers.filter((subscriber) => subscriber.wantsSnapshot && !this.isToBeRead(subscriber));
  }

  interrupted(reason: ResyncNotice['reason']): void {
    for (const subscriber of [...this.subscribers]) subscriber.interrupted(reason);
  }

  /** A snapshot of which nothing has come yet is on its way. */
  isToBeRead(subscriber: Subscriber): boolean {
    return this.due.some((entry) => entry.subscriber === subscriber && !entry.begun);
  }
}
