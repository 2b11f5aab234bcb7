import type { MessageFrame, PresenceState } from '@edge-hive/protocol';
import type { SubscriptionSpec } from '../subscriptions/active-subscription.js';
import type { ChannelPresence } from '../presence/channel-presence.js';
import { checkData } from '../json-check.js';
import { Presence } from '../presence/presence.js';
import type { PublishQueue } from './publish-queue.js';
import type { ChannelMessage, Subscription, SubscriptionOptions } from '../subscriptions/subscription.js';

export interface PublishOptions {
  /**
   * Idempotency key: within 5 minutes, a second publish with it on this channel is not delivered again. Each publish has
   * one of its own by default; give one where your application may repeat the call, after a reload for instance.
   */
  key?: string;
  /** `false`: this client doesn't get its own message. Default true. */
  echo?: boolean;
}

/** What the server says about a message that it took. */
export interface Published {
  /** Its place in the channel, where the channel has one. */
  cursor?: string;
}

export type ChannelCallback<Data> = (message: ChannelMessage<Data>) => void;

/** What a channel needs from the client. */
export interface ChannelHost {
  subscribe<Event>(spec: SubscriptionSpec<Event>): Subscription<Event>;
  unsubscribe(target: { channel: string }): void;
  publish: PublishQueue['add'];
  presence(channel: string): ChannelPresence;
  /** Reports what a promise rejects with, where the application doesn't wait for it. */
  reported<Value>(promise: Promise<Value>): Promise<Value>;
}

/** A channel, by name. Nothing is sent until it is subscribed to, published on, or its presence is used. */
export class Channel<State extends object = PresenceState> {
  /** Who is there, and that this client is. */
  readonly presence: Presence<State>;

  constructor(
    readonly name: string,
    private readonly host: ChannelHost,
  ) {
    if (typeof name !== 'string' || name === '') throw new TypeError('A channel needs a name.');
    this.presence = new Presence({
      current: () => host.presence(name),
      reported: (promise) => host.reported(promise),
    });
  }

  /** Everything that is published here. */
  subscribe<Data = unknown>(
    callback?: ChannelCallback<Data>,
    options?: SubscriptionOptions,
  ): Subscription<ChannelMessage<Data>>;
  /** What is published here under one event name. */
  subscribe<Data = unknown>(
    event: string,
    callback?: ChannelCallback<Data>,
    options?: SubscriptionOptions,
  ): Subscription<ChannelMessage<Data>>;
  subscribe<Data>(
    first?: string | ChannelCallback<Data>,
    second?: ChannelCallback<Data> | SubscriptionOptions,
    third?: SubscriptionOptions,
  ): Subscription<ChannelMessage<Data>> {
    const event = typeof first === 'string' ? first : undefined;
    const callback = [first, second].find((argument) => typeof argument === 'function');
    const options = third ?? (typeof second === 'object' ? second : {});
    return this.host.subscribe({
      target: { channel: this.name },
      request: { channel: this.name },
      select: (frame) =>
        frame.type === 'message' && (event === undefined || frame.event === event) ? messageOf<Data>(frame) : undefined,
      callback,
      options,
    });
  }

  /** `subscribe`, chained: `channel.on('said', …).on('typing', …)`. Ended by `channel.unsubscribe()`. */
  on<Data = unknown>(event: string, callback: ChannelCallback<Data>, options?: SubscriptionOptions): this {
    this.subscribe(event, callback, options);
    return this;
  }

  /**
   * Resolves when the server took the message. Waits for a connection, and repeats itself on the next one when no answer
   * came, under its key, so that it is delivered once. Rejects only with what waiting can't help: the server's refusal,
   * QUEUE_FULL, CLOSED, PRINCIPAL_CHANGED, or DISCONNECTED when it went unanswered for longer than the server remembers
   * keys; and with a TypeError that names the place where the data is what JSON can't carry. Where nobody waits for it, the
   * client's `error` event says so.
   */
  publish(event: string, data?: unknown, options: PublishOptions = {}): Promise<Published> {
    return this.host.reported(this.send(event, data, options));
  }

  /** Ends all of this client's subscriptions to the channel, and its presence there. */
  unsubscribe(): void {
    this.host.unsubscribe({ channel: this.name });
  }

  private async send(event: string, data: unknown, { key, echo }: PublishOptions): Promise<Published> {
    checkData(data);
    return new Promise((resolve, reject) => {
      const options = { ...(key !== undefined && { key }), ...(echo !== undefined && { echo }) };
      this.host.publish({ type: 'publish', channel: this.name, event, data, ...options }, (outcome) => {
        if ('error' in outcome) reject(outcome.error);
        else resolve('cursor' in outcome.reply ? { cursor: outcome.reply.cursor } : {});
      });
    });
  }
}

function messageOf<Data>({ type: _, ...message }: MessageFrame): ChannelMessage<Data> {
  return message as ChannelMessage<Data>;
}
