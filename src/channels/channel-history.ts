import type { Message } from './broker.js';
import type { Chain, Link } from './chain.js';
import type { Place } from './shares.js';

/** A message that is kept. */
export interface Kept {
  readonly history: ChannelHistory;
  /** Its number in the channel. */
  readonly number: number;
  readonly message: Message;
  readonly bytes: number;
  /** When it is too old. */
  readonly expires: number;
  /** The order in which it expires. */
  readonly queue: Chain<Kept>;
  /** In the share of whoever published it. */
  place: Place<Kept> | undefined;
}

/** What is kept of one channel: its newest messages, with none left out between them. */
export class ChannelHistory {
  /** In order. V8 shifts arrays of the lengths that a policy may ask for without copying them. */
  readonly kept: Link<Kept>[] = [];
  /** Of what is kept. */
  bytes = 0;
  /** Its place among the histories that hold nothing. */
  empty: Place<ChannelHistory> | undefined;
  /** Number of the channel's newest message. */
  head: number;
  /** Messages up to this one may be lacking, those after it don't. */
  floor: number;

  constructor(
    readonly channel: string,
    /** For whom it counts while it holds nothing. */
    readonly owner: string,
    /** Number of the last message before it began. */
    start: number,
  ) {
    this.head = start;
    this.floor = start;
  }

  /** The oldest messages after a number; `undefined` when some may be lacking, or no message had that number. */
  after(number: number, limit: number): Message[] | undefined {
    if (number < this.floor || number > this.head) return undefined;
    const from = this.indexAfter(number);
    return this.kept.slice(from, from + limit).map(({ item }) => item.message);
  }

  /** The newest messages, oldest first. */
  newest(limit: number): Message[] {
    return this.kept.slice(-limit).map(({ item }) => item.message);
  }

  private indexAfter(number: number): number {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.kept[middle]?.item.number ?? Infinity) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
