import type { Message } from './broker.js';
import { ShareItem } from './shares.js';

const OVERHEAD_BYTES = 384;

/** A message that is kept, in the share of whoever published it. */
export class Kept extends ShareItem {
  constructor(
    readonly history: ChannelHistory,
    /** Its number in the channel. */
    readonly number: number,
    readonly message: Message,
    readonly bytes: number,
    /** When it is too old. */
    readonly expires: number,
  ) {
    super();
  }
}

/** What is kept of one channel: its newest messages, with none left out between them. It is in a share while it is empty. */
export class ChannelHistory extends ShareItem {
  /** In order. V8 shifts arrays of the lengths that a policy may ask for without copying them. */
  readonly kept: Kept[] = [];
  /** What it takes while it holds nothing. */
  readonly bytes: number;
  /** Of what is kept. */
  keptBytes = 0;
  /** Number of the channel's newest message. */
  head: number;
  /** Messages up to this one may be lacking, those after it don't. */
  floor: number;
  /** When the first of them is too old, or earlier: ages can differ. */
  private soonest = Infinity;

  constructor(
    readonly channel: string,
    /** For whom it counts while it holds nothing. */
    readonly owner: string,
    /** Number of the last message before it began. */
    start: number,
  ) {
    super();
    this.head = start;
    this.floor = start;
    this.bytes = OVERHEAD_BYTES + channel.length * 2;
  }

  /** The oldest messages after a number; `undefined` when some may be lacking, or no message had that number. */
  after(number: number, limit: number): Message[] | undefined {
    if (number < this.floor || number > this.head) return undefined;
    const from = this.indexAfter(number);
    return this.kept.slice(from, from + limit).map(({ message }) => message);
  }

  /** The newest messages, oldest first. */
  newest(limit: number): Message[] {
    return this.kept.slice(-limit).map(({ message }) => message);
  }

  push(kept: Kept): void {
    this.kept.push(kept);
    this.keptBytes += kept.bytes;
    this.soonest = Math.min(this.soonest, kept.expires);
  }

  /** The oldest one, which is kept no longer. */
  shift(): Kept | undefined {
    const kept = this.kept.shift();
    this.keptBytes -= kept?.bytes ?? 0;
    if (this.kept.length === 0) this.soonest = Infinity;
    return kept;
  }

  /** Number of the newest message that is too old; `undefined`: none is. */
  expired(now: number): number | undefined {
    if (this.soonest > now) return undefined;
    const at = this.kept.findLastIndex(({ expires }) => expires <= now);
    this.soonest = this.kept.slice(at + 1).reduce((soonest, { expires }) => Math.min(soonest, expires), Infinity);
    return this.kept[at]?.number;
  }

  private indexAfter(number: number): number {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.kept[middle]?.number ?? Infinity) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
