import type { Message } from './broker.js';
import type { Chain, Link } from './chain.js';

/** A message that is kept. */
export interface Kept {
  readonly history: ChannelHistory;
  readonly sequence: number;
  readonly message: Message;
  readonly bytes: number;
  /** When it is too old. */
  readonly expires: number;
  /** The order in which it expires. */
  readonly queue: Chain<Kept>;
}

/** What is kept of one channel: its newest messages, with none left out between them. */
export class ChannelHistory {
  /** In order. V8 shifts arrays of the lengths that a policy may ask for without copying them. */
  readonly kept: Link<Kept>[] = [];
  /** Its place among the histories that hold nothing. */
  empty: Link<ChannelHistory> | undefined;

  constructor(
    readonly channel: string,
    /** Messages up to this one may be lacking, those after it don't. */
    public floor: number,
  ) {}

  /** The oldest messages after a place; `undefined` when some may be lacking. */
  after(sequence: number, limit: number): Message[] | undefined {
    if (sequence < this.floor) return undefined;
    const from = this.indexAfter(sequence);
    return this.kept.slice(from, from + limit).map(({ item }) => item.message);
  }

  /** The newest messages, oldest first. */
  newest(limit: number): Message[] {
    return this.kept.slice(-limit).map(({ item }) => item.message);
  }

  private indexAfter(sequence: number): number {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.kept[middle]?.item.sequence ?? Infinity) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
