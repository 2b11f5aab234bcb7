import { randomInt } from 'node:crypto';
import type { Publication, Retention } from '../broker.js';
import { ownerOf } from '../owner.js';
import { Shares } from '../shares.js';
import { ChannelHistory, type Numbered } from './channel-history.js';
import { MessageShares } from './message-shares.js';

/** Of the limit, what is for histories that hold nothing. */
const EMPTY_PART = 1 / 8;

/**
 * Below it the numbers of a channel begin: at random, so that none of an earlier history of it is taken for one of this. Small
 * enough for V8 to count fast.
 */
const MOST_START = 2 ** 30;

export interface HistoryLimits {
  /** Bytes of all histories together. */
  readonly total: number;
  /** Bytes of what one owner published. */
  readonly owner: number;
  /** Bytes of one channel's history. */
  readonly channel: number;
}

/**
 * What is kept of all channels, whether anybody is subscribed or not, bounded in bytes. Each channel numbers its own
 * messages: what is said on one tells nothing of any other.
 *
 * A history that holds nothing any more stays for a while, since it tells how far back its channel lacks nothing. Of a channel
 * that has none, nothing is known: one that begins has numbers of its own. So a place that a client comes back with is refused
 * too often rather than too seldom.
 */
export class Histories {
  private readonly byChannel = new Map<string, ChannelHistory>();
  private readonly messages: MessageShares;
  private readonly empties: Shares<ChannelHistory>;

  constructor(
    private readonly limits: HistoryLimits,
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {
    const empty = limits.total * EMPTY_PART;
    this.messages = new MessageShares({ total: limits.total - empty, each: limits.owner }, (history) =>
      this.drop(history, history.floor + 1),
    );
    this.empties = new Shares({ total: empty, each: empty }, (history) => this.forget(history));
  }

  /** Never more than the limit. */
  get bytes(): number {
    return this.messages.bytes + this.empties.bytes;
  }

  /** Number of the channel's newest message. `owner` is for whom a history counts that has to begin for it. */
  head(channel: string, owner: string): number {
    const known = this.byChannel.get(channel);
    if (known) return known.head;
    const history = this.begin(channel, owner);
    this.setAside(history);
    return history.head;
  }

  /**
   * Takes in a message that is published now. Without a retention, it only counts as one that is not kept.
   * @returns its number in its channel.
   */
  add(publication: Publication, retention: Retention | undefined): number {
    const { channel } = publication;
    const history = this.byChannel.get(channel) ?? this.begin(channel, ownerOf(publication));
    if (retention) this.keep(history, publication, retention);
    else this.pass(history);
    return history.head;
  }

  /** The oldest messages of a channel after a number; `undefined` when some of them are lacking. */
  after(channel: string, number: number, limit: number): Numbered[] | undefined {
    return this.current(channel)?.after(number, limit);
  }

  /** The newest messages of a channel, oldest first. */
  newest(channel: string, limit: number): Numbered[] {
    return this.current(channel)?.newest(limit) ?? [];
  }

  /** Drops what is too old. */
  expire(): void {
    const now = this.now();
    for (const history of this.byChannel.values()) this.expireOf(history, now);
  }

  /** The history of a channel, without what is too old. */
  private current(channel: string): ChannelHistory | undefined {
    const history = this.byChannel.get(channel);
    if (history) this.expireOf(history, this.now());
    return history;
  }

  private expireOf(history: ChannelHistory, now: number): void {
    const number = history.expired(now);
    if (number !== undefined) this.drop(history, number);
  }

  private begin(channel: string, owner: string): ChannelHistory {
    const history = new ChannelHistory(channel, owner, randomInt(MOST_START));
    this.byChannel.set(channel, history);
    return history;
  }

  private keep(history: ChannelHistory, publication: Publication, { size, age }: Retention): void {
    const kept = history.push(publication, this.now() + age);
    this.empties.remove(history);
    if (history.length > size) this.drop(history, history.head - size);
    while (history.keptBytes > this.limits.channel) this.drop(history, history.floor + 1);
    if (history.length > 0) this.messages.add(history, kept);
  }

  private pass(history: ChannelHistory): void {
    this.drop(history, history.head);
    history.pass();
  }

  /** Drops a channel's messages up to one of them: what stays has no hole, even where ages or sizes differed. */
  private drop(history: ChannelHistory, number: number): void {
    while (history.floor < number) {
      const { owner, bytes } = history.first;
      owner?.remove(bytes);
      history.shift();
    }
    if (history.length === 0) this.setAside(history);
  }

  /** Puts it among those that hold nothing. */
  private setAside(history: ChannelHistory): void {
    if (history.share) history.used = true;
    else this.empties.add(history.owner, history);
  }

  private forget(history: ChannelHistory): void {
    this.empties.remove(history);
    this.byChannel.delete(history.channel);
  }
}
