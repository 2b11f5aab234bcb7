import type { EventFrame, MessageFrame, PresenceFrame, ResyncReason, Row, SnapshotFrame } from '@edge-hive/protocol';
import type { DeliveredBefore } from './delivered-before.js';
import type { Subscriber } from './subscriber.js';
import type { ResyncNotice, Target } from './subscription.js';
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
  private readonly deliveredBefore = new Map<Subscriber, DeliveredBefore>();

  /** @param trail undefined: it can't be resumed on another connection */
  constructor(
    readonly name: string,
    readonly target: Target,
    readonly trail?: Trail,
  ) {}

  /** @param before of one that has begun anew */
  join(subscriber: Subscriber, before?: DeliveredBefore): void {
    this.subscribers.add(subscriber);
    if (before !== undefined) this.deliveredBefore.set(subscriber, before);
  }

  /** What a subscriber was delivered before this stream, as far as a replay of this one could repeat it. */
  before(subscriber: Subscriber): DeliveredBefore | undefined {
    const before = this.deliveredBefore.get(subscriber);
    return this.trail && before?.isPast(this.trail) ? undefined : before;
  }

  expectSnapshot(subscriber: Subscriber): void {
    this.due.push({ subscriber, rows: [], begun: false });
  }

  /** @returns who has to read its rows again */
  receive(frame: EventFrame | MessageFrame): Subscriber[] {
    const novelty = this.trail?.take(frame) ?? 'new';
    if (novelty === 'late') return this.missed('late');
    if (novelty === 'repeat') return [];
    for (const subscriber of [...this.subscribers]) {
      if (this.deliveredBefore.get(subscriber)?.has(frame.cursor) !== true) subscriber.receive(frame);
    }
    return [];
  }

  presence(frame: PresenceFrame): void {
    for (const subscriber of [...this.subscribers]) subscriber.presence(frame);
  }

  /** A message that nobody is to get. It is a place to resume from all the same. */
  skip(frame: MessageFrame): void {
    this.trail?.take(frame);
  }

  /**
   * Of the connection's checkpoints, which are places in the database's log: a channel has a log of its own.
   *
   * @returns who has to read its rows again
   */
  checkpoint(cursor: string): Subscriber[] {
    const isLate = 'topic' in this.target && this.trail?.checkpoint(cursor) === true;
    return isLate ? this.missed('late') : [];
  }

  /** @returns who has all snapshots that it asked for, with this one */
  snapshot({ data, last }: SnapshotFrame): Subscriber | undefined {
    const next = this.due[0];
    if (next === undefined) return undefined;
    next.begun = true;
    next.rows = next.rows.concat(data);
    if (!last) return undefined;
    this.due.shift();
    next.subscriber.snapshot(next.rows);
    return this.due.some(({ subscriber }) => subscriber === next.subscriber) ? undefined : next.subscriber;
  }

  /** The server says that something is missing. @returns who has to read its rows again */
  resync(reason: ResyncReason): Subscriber[] {
    this.trail?.resynced();
    if (reason === 'feed_changed') {
      this.trail?.replaced();
      this.deliveredBefore.clear();
    }
    return this.missed(reason);
  }

  /** @returns who has to read its rows again: a snapshot that comes whole behind this is new enough */
  missed(reason: ResyncNotice['reason']): Subscriber[] {
    const subscribers = [...this.subscribers];
    for (const subscriber of subscribers) subscriber.resync(reason);
    return subscribers.filter((subscriber) => subscriber.wantsSnapshot && !this.isToBeRead(subscriber));
  }

  /** A snapshot of which nothing has come yet is on its way. */
  isToBeRead(subscriber: Subscriber): boolean {
    return this.due.some((entry) => entry.subscriber === subscriber && !entry.begun);
  }
}
