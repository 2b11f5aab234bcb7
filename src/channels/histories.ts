import { randomInt } from 'node:crypto';
import { messageBytes, type Message, type Publication, type Retention } from './broker.js';
import { ChannelHistory, Kept } from './channel-history.js';
import { ownerOf } from './owner.js';
import { Shares } from './shares.js';

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
  private readonly messages: Shares<Kept>;
  private readonly empties: Shares<ChannelHistory>;

  constructor(
    private readonly limits: HistoryLimits,
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {
    const empty = limits.total * EMPTY_PART;
    this.messages = new Shares({ total: limits.total - empty, each: limits.owner }, (kept) => this.dropThrough(kept));
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

  /** The history of a channel on which a message is published now: its head is the number of that one. */
  advance(publication: Publication): ChannelHistory {
    const { channel } = publication;
    const history = this.byChannel.get(channel) ?? this.begin(channel, ownerOf(publication));
    history.head += 1;
    return history;
  }

  /** Takes in the message for which it was advanced. Without a retention, that only counts as one that is not kept. */
  add(history: ChannelHistory, message: Message, retention: Retention | undefined): void {
    if (retention) this.keep(history, message, retention);
    else this.drop(history, history.head);
  }

  /** The oldest messages of a channel after a number; `undefined` when some of them are lacking. */
  after(channel: string, number: number, limit: number): Message[] | undefined {
    return this.current(channel)?.after(number, limit);
  }

  /** The newest messages of a channel, oldest first. */
  newest(channel: string, limit: number): Message[] {
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

  private keep(history: ChannelHistory, message: Message, { size, age }: Retention): void {
    const kept = new Kept(history, history.head, message, messageBytes(message), this.now() + age);
    history.push(kept);
    this.empties.remove(history);
    const last = history.kept.at(-1 - size);
    if (last) this.dropThrough(last);
    for (let first = history.kept[0]; first && history.keptBytes > this.limits.channel; first = history.kept[0]) {
      this.dropThrough(first);
    }
    if (history.kept.length > 0) this.messages.add(ownerOf(message), kept);
  }

  private dropThrough({ history, number }: Kept): void {
    this.drop(history, number);
  }

  /** Drops a channel's messages up to one of them: what stays has no hole, even where ages or sizes differed. */
  private drop(history: ChannelHistory, number: number): void {
    for (let first = history.kept[0]; first && first.number <= number; first = history.kept[0]) {
      history.shift();
      this.messages.remove(first);
    }
    history.floor = number;
    if (history.kept.length === 0) this.setAside(history);
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
