import { Logger } from '@nestjs/common';
import type { Claim } from '../delivery/claims.js';
import { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import type { Message } from './broker.js';
import type { Channel } from './channel.js';

/** What V8 takes for a claim and its channel, about, beside the channel's name. */
const CLAIM_BYTES = 2_048;

/** What a subscriber missed. */
export interface Missed {
  /** The cursor after which it was. */
  readonly since: string;
  /** The oldest of it. */
  readonly page: readonly Message[];
  /** The channel's newest message when that was asked for. */
  readonly newest: string;
  /** What comes after a message; `undefined` when some of that is no longer kept. */
  readonly after: (cursor: string) => Promise<readonly Message[] | undefined>;
}

/** One subscriber's claim on a channel. */
export class ChannelClaim implements Claim {
  readonly target: { readonly channel: string };
  private released = false;

  constructor(
    private readonly channel: Channel,
    private readonly subscriber: Subscriber,
    private readonly onRelease: () => void,
  ) {
    this.target = { channel: channel.name };
  }

  get bytes(): number {
    return CLAIM_BYTES + 4 * this.channel.name.length;
  }

  get stream(): string {
    return this.channel.stream;
  }

  release(): void {
    this.released = true;
    this.channel.delete(this.subscriber);
    this.onRelease();
  }

  /** Delivers every message from now on. */
  goLive(): void {
    this.channel.goLive(this.subscriber);
  }

  /** Delivers what was missed as fast as the subscriber takes it, then every message. */
  async resume(missed: Missed): Promise<void> {
    try {
      await this.catchUp(missed);
    } catch (error) {
      if (!(error instanceof CommandError)) logger.error(error);
      this.end(
        error instanceof CommandError ? error : new CommandError('INTERNAL', 'What was missed could not be read.'),
      );
    }
  }

  /** The server ends the subscription. */
  end({ code, message }: CommandError): void {
    if (this.ended) return;
    this.subscriber.claims.release(this);
    const frame = { type: 'unsubscribed', stream: this.stream, ...this.target, code, message } as const;
    this.subscriber.send(EncodedFrame.of(frame));
  }

  private async catchUp({ since, page, newest, after }: Missed): Promise<void> {
    let cursor = since;
    let missed: readonly Message[] | undefined = page;
    let seen = newest;
    while (missed) {
      // Nothing is left, and nothing came since that was asked: from this very turn on the subscriber gets all.
      if (missed.length === 0 && seen === this.channel.position.cursor) return this.goLive();
      for (const message of missed) {
        this.channel.replay(this.subscriber, message);
        cursor = message.cursor;
        await this.subscriber.drained();
        if (this.ended) return;
      }
      seen = this.channel.position.cursor;
      missed = await after(cursor);
      if (this.ended) return;
    }
    this.channel.resync(this.subscriber);
    this.goLive();
  }

  private get ended(): boolean {
    return this.released || this.subscriber.closed;
  }
}

const logger = new Logger(ChannelClaim.name);
