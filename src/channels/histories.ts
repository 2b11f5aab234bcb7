import { messageBytes, type Message, type Retention } from './broker.js';
import { Chain } from './chain.js';
import { ChannelHistory, type Kept } from './channel-history.js';

const HISTORY_OVERHEAD_BYTES = 256;

/**
 * What is kept of all channels, whether anybody is subscribed or not, bounded in bytes. Messages are numbered in one
 * sequence over all channels.
 *
 * A history that holds nothing any more stays, since it tells how far back its channel lacks nothing. Of channels that have
 * none, not even that, one number tells it for all. So a place that a client comes back with is refused too often rather
 * than too seldom.
 */
export class Histories {
  private readonly byChannel = new Map<string, ChannelHistory>();
  /** In order, by age: of each of these the first expires first. */
  private readonly byAge = new Map<number, Chain<Kept>>();
  private readonly empty = new Chain<ChannelHistory>();
  /** Up to here, messages of channels without a history may lack. */
  private forgotten = 0;
  private total = 0;

  constructor(
    private readonly limitBytes: number,
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Never more than the limit. */
  get bytes(): number {
    return this.total;
  }

  /** Takes in the next message. Without a retention, it only counts as one that is not kept. */
  add(message: Message, sequence: number, retention: Retention | undefined): void {
    this.expire();
    const history = this.byChannel.get(message.channel) ?? this.begin(message.channel);
    if (retention) this.keep(history, message, sequence, retention);
    else this.dropThrough(history, sequence);
    while (this.total > this.limitBytes && this.dropOldest());
  }

  /** The oldest messages of a channel after a place in the sequence; `undefined` when some of them are lacking. */
  after(channel: string, sequence: number, limit: number): Message[] | undefined {
    this.expire();
    const history = this.byChannel.get(channel);
    if (history) return history.after(sequence, limit);
    return sequence < this.forgotten ? undefined : [];
  }

  /** The newest messages of a channel, oldest first. */
  newest(channel: string, limit: number): Message[] {
    this.expire();
    return this.byChannel.get(channel)?.newest(limit) ?? [];
  }

  /** Drops what is too old. */
  expire(): void {
    const now = this.now();
    for (const [age, queue] of this.byAge) {
      for (let kept = queue.oldest; kept && kept.expires <= now; kept = queue.oldest) this.drop(kept);
      if (!queue.oldest) this.byAge.delete(age);
    }
  }

  private begin(channel: string): ChannelHistory {
    const history = new ChannelHistory(channel, this.forgotten);
    this.byChannel.set(channel, history);
    history.empty = this.empty.push(history);
    this.total += sizeOf(history);
    return history;
  }

  private keep(history: ChannelHistory, message: Message, sequence: number, { size, age }: Retention): void {
    let queue = this.byAge.get(age);
    if (!queue) this.byAge.set(age, (queue = new Chain()));
    const bytes = messageBytes(message);
    history.kept.push(queue.push({ history, sequence, message, bytes, expires: this.now() + age, queue }));
    this.total += bytes;
    if (history.empty) this.empty.remove(history.empty);
    history.empty = undefined;
    const last = history.kept.at(-1 - size);
    if (last) this.drop(last.item);
  }

  private drop({ history, sequence }: Kept): void {
    this.dropThrough(history, sequence);
  }

  /** Drops a channel's messages up to one of them: what stays has no hole, even where ages or sizes differed. */
  private dropThrough(history: ChannelHistory, sequence: number): void {
    const { kept } = history;
    for (let first = kept[0]; first && first.item.sequence <= sequence; first = kept[0]) {
      kept.shift();
      first.item.queue.remove(first);
      this.total -= first.item.bytes;
    }
    history.floor = sequence;
    if (kept.length > 0) return;
    if (history.empty) this.empty.remove(history.empty);
    history.empty = this.empty.push(history);
  }

  /** Histories that hold nothing go before any message does. */
  private dropOldest(): boolean {
    const empty = this.empty.oldest;
    if (empty) {
      this.forget(empty);
      return true;
    }
    let oldest: Kept | undefined;
    for (const queue of this.byAge.values()) {
      if (!oldest || (queue.oldest && queue.oldest.sequence < oldest.sequence)) oldest = queue.oldest;
    }
    if (oldest) this.drop(oldest);
    return oldest !== undefined;
  }

  private forget(history: ChannelHistory): void {
    if (history.empty) this.empty.remove(history.empty);
    this.byChannel.delete(history.channel);
    this.forgotten = Math.max(this.forgotten, history.floor);
    this.total -= sizeOf(history);
  }
}

function sizeOf({ channel }: ChannelHistory): number {
  return HISTORY_OVERHEAD_BYTES + channel.length * 2;
}
