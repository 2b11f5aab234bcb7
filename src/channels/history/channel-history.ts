import { messageBytes, type Publication } from '../broker.js';
import { ShareItem } from '../shares.js';
import { MessageRing, type KeptMessage } from './message-ring.js';

const OVERHEAD_BYTES = 384;

/** A message with its number in its channel. */
export interface Numbered extends Publication {
  readonly number: number;
}

/** What is kept of one channel: its newest messages, with none left out between them. It is in a share while it is empty. */
export class ChannelHistory extends ShareItem {
  private readonly kept = new MessageRing();
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

  get length(): number {
    return this.kept.length;
  }

  /** The oldest messages after a number; `undefined` when some may be lacking, or no message had that number. */
  after(number: number, limit: number): Numbered[] | undefined {
    if (number < this.floor || number > this.head) return undefined;
    return this.messages(number + 1, Math.min(this.head, number + limit));
  }

  /** The newest messages, oldest first. */
  newest(limit: number): Numbered[] {
    return this.messages(Math.max(this.floor, this.head - limit) + 1, this.head);
  }

  /** Takes in the channel's next message. */
  push(publication: Publication, expires: number): KeptMessage {
    this.head += 1;
    const kept = this.kept.push(this.head).fill(publication);
    kept.expires = expires;
    kept.bytes = messageBytes(publication);
    this.keptBytes += kept.bytes;
    this.soonest = Math.min(this.soonest, expires);
    return kept;
  }

  /** Counts a message that isn't kept, nor anything before it, once all that was kept is let go. */
  pass(): void {
    this.head += 1;
    this.floor = this.head;
  }

  /** Lets go of the oldest one, once it is in no share. */
  shift(): void {
    this.floor += 1;
    this.keptBytes -= this.kept.at(this.floor).bytes;
    this.kept.shift(this.floor);
    if (this.kept.length === 0) this.soonest = Infinity;
  }

  /** The oldest one that is kept. */
  get first(): KeptMessage {
    return this.kept.at(this.floor + 1);
  }

  /** Number of the newest message that is too old; `undefined`: none is. */
  expired(now: number): number | undefined {
    if (this.soonest > now) return undefined;
    let newest: number | undefined;
    this.soonest = Infinity;
    for (let number = this.floor + 1; number <= this.head; number += 1) {
      const { expires } = this.kept.at(number);
      if (expires > now) {
        this.soonest = Math.min(this.soonest, expires);
        continue;
      }
      // All before it go with it.
      newest = number;
      this.soonest = Infinity;
    }
    return newest;
  }

  private messages(from: number, to: number): Numbered[] {
    const { channel } = this;
    const messages: Numbered[] = [];
    for (let number = from; number <= to; number += 1) {
      const { event, data, from, time, exclude } = this.kept.at(number);
      messages.push({ channel, event, data, from, time, exclude, number });
    }
    return messages;
  }
}
