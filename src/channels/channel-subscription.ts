import { Logger } from '@nestjs/common';
import type { Subscription } from '../delivery/subscriptions.js';
import { Delivery } from '../delivery/delivery.js';
import { Slots } from '../delivery/slots.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import { messageBytes, type Message } from './broker.js';
import type { Channel } from './channel.js';
import type { Look } from './presence/looker.js';
import type { Lookers } from './presence/lookers.js';

/** What V8 takes for a subscription and its channel, about, beside the channel's name. */
const CLAIM_BYTES = 2_048;

/** Replays of one subscriber that are under way at a time: of the others no message is in memory. */
const replays = new Slots<Subscriber>(1);

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

/** One subscriber's subscription on a channel. */
export class ChannelSubscription implements Subscription {
  readonly target: { readonly channel: string };
  private released = false;
  private live = false;
  /** Where it looks who is there, if it does. */
  private lookers: Lookers | undefined;

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

  /** Whether it wants to know who is there. */
  get looks(): boolean {
    return this.lookers !== undefined;
  }

  release(): void {
    this.released = true;
    this.channel.delete(this.subscriber);
    this.onRelease();
  }

  /** Delivers every message from now on. */
  goLive(): void {
    if (this.ended) return;
    this.live = true;
    this.channel.goLive(this.subscriber);
    this.lookers?.goLive(this.subscriber);
  }

  /** Delivers who is there, or how many, and every change from now on: at once where messages are, else from where they are. */
  look(look: Look, lookers: Lookers): void {
    this.lookers = lookers;
    lookers.look(this.subscriber, look, (error) => this.end(error));
    if (this.live) lookers.goLive(this.subscriber);
  }

  /** Delivers messages only. */
  lookAway(): void {
    this.lookers?.delete(this.subscriber);
    this.lookers = undefined;
  }

  /** Delivers what was missed as fast as the subscriber takes it, then every message. */
  async resume({ since, page, newest, after }: Missed): Promise<void> {
    // Nothing was missed, and nothing came since that was asked: from this very turn on the subscriber gets all.
    if (page.length === 0 && newest === this.channel.position.cursor) return this.goLive();
    const known = replays.free(this.subscriber) ? { page, newest } : undefined;
    try {
      await replays.run(this.subscriber, () => this.catchUp(since, after, known));
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
    this.subscriber.subscriptions.release(this);
    const frame = { type: 'unsubscribed', stream: this.stream, ...this.target, code, message } as const;
    this.subscriber.send(Delivery.of(frame));
  }

  private async catchUp(
    since: string,
    after: Missed['after'],
    known: Pick<Missed, 'page' | 'newest'> | undefined,
  ): Promise<void> {
    let cursor = since;
    let seen = known?.newest ?? this.channel.position.cursor;
    let missed = known ? known.page : await after(cursor);
    while (missed) {
      if (this.ended) return;
      if (missed.length === 0 && seen === this.channel.position.cursor) return this.goLive();
      cursor = await this.replay(missed, cursor);
      if (this.ended) return;
      seen = this.channel.position.cursor;
      missed = await after(cursor);
    }
    if (this.ended) return;
    this.channel.resync(this.subscriber);
    this.goLive();
  }

  /** Sends a page as fast as it is taken. @returns the last cursor. */
  private async replay(page: readonly Message[], since: string): Promise<string> {
    const { held } = this.subscriber.subscriptions;
    const bytes = page.reduce((sum, message) => sum + messageBytes(message), 0);
    held.book(bytes);
    try {
      for (const message of page) {
        this.channel.replay(this.subscriber, message);
        await this.subscriber.drained();
        if (this.ended) break;
      }
    } finally {
      held.book(-bytes);
    }
    return page.at(-1)?.cursor ?? since;
  }

  private get ended(): boolean {
    return this.released || this.subscriber.closed;
  }
}

const logger = new Logger(ChannelSubscription.name);

/** What a subscriber holds on a channel, if it does. */
export function subscriptionOn({ stream }: Channel, { subscriptions }: Subscriber): ChannelSubscription | undefined {
  const subscription = subscriptions.get(stream);
  return subscription instanceof ChannelSubscription ? subscription : undefined;
}
