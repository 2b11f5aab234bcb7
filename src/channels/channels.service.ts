import { Injectable } from '@nestjs/common';
import { Delivery } from '../delivery/delivery.js';
import { streamName } from '../delivery/stream-name.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Broker, messageBytes, type Message, type Retention, type Since } from './broker.js';
import { encodeData } from './channel-data.js';
import { ChannelSubscription, type Missed } from './channel-subscription.js';
import { checkChannelName, checkEventName, checkIdempotencyKey } from './channel-name.js';
import { Channel } from './channel.js';
import { IsoClock } from './iso-clock.js';
import { ownerOfSubscriber } from './owner.js';
import { PresenceService } from './presence/presence.service.js';

/** Messages of a replay that are looked up at once, and bytes of them that are kept: one message at least. */
const PAGE = 64;
const PAGE_BYTES = 128 * 1024;

export interface ChannelRequest {
  readonly id?: string;
  readonly channel: string;
  readonly since?: string;
  readonly epoch?: string;
  /** Whether it wants to know who is there, or how many. Absent: as before. */
  readonly presence?: boolean | 'count';
}

/** Whether something may be done. `unknown`: who could say doesn't answer now. */
export type Permission = 'yes' | 'no' | 'unknown';

/** Whether a subscriber may still use a channel so. */
export type MayUse = (channel: string, use: 'subscribe' | 'presence') => Permission;

export interface ChannelMessage {
  readonly channel: string;
  readonly event: string;
  /** Anything that JSON can carry; absent is null. */
  readonly data?: unknown;
  readonly key?: string | undefined;
  /** Id of the principal who publishes. Absent: the holder of the API key. */
  readonly from?: string | undefined;
  /** Gets no copy. */
  readonly exclude?: Subscriber | undefined;
  /** What the policy says is kept of the channel. Absent: nothing. */
  readonly history?: Retention | undefined;
}

/** A message whose names are known to be right, and whose data is JSON text. */
export interface CheckedMessage extends Omit<ChannelMessage, 'data'> {
  readonly data: string;
}

/** Channels that subscribers talk over. Who may use which is not decided here: callers ask the policy first. */
@Injectable()
export class ChannelsService {
  private readonly channels = new Map<string, Channel>();
  private readonly clock = new IsoClock();

  constructor(
    private readonly broker: Broker,
    private readonly presence: PresenceService,
    private readonly metrics: MetricsService,
  ) {
    metrics.channels.readFrom(() => this.channels.size);
  }

  /**
   * Answers `subscribed`, then what was missed since a cursor, then every message that is published from now on; where that
   * begins, who is there, if that is asked for.
   *
   * @param permissionNow whether it still may, asked when it begins: rights can change while the channel is opened
   * @throws CommandError BAD_FRAME, INVALID_CURSOR, LIMIT_EXCEEDED, UNAVAILABLE, FORBIDDEN
   */
  async subscribe(subscriber: Subscriber, request: ChannelRequest, permissionNow?: MayUse): Promise<void> {
    checkChannelName(request.channel);
    const channel = this.channels.get(request.channel) ?? this.open(request.channel, ownerOfSubscriber(subscriber));
    channel.waiting += 1;
    try {
      await channel.opened;
      if (request.presence) await channel.lookers(this.broker.presence).open();
      const missed = await this.missed(subscriber, channel, request);
      if (subscriber.closed) return;
      const refusal = permissionNow && refusalOf(request, permissionNow);
      // Whoever asks again is answered by what is known then.
      if (refusal?.code === 'RIGHTS_CHANGED') throw new CommandError('UNAVAILABLE', refusal.message);
      if (refusal) throw refusal;
      this.join(subscriber, channel, request, missed);
    } finally {
      channel.waiting -= 1;
      this.closeIfIdle(channel);
    }
  }

  /**
   * Delivers a message to everyone subscribed. With `key`, a repeat by the same principal on the same channel answers the
   * first one's cursor and is not delivered again.
   * @returns its cursor; at once, where the broker needn't be waited for.
   * @throws CommandError BAD_FRAME, UNAVAILABLE
   */
  publish(message: ChannelMessage): string | Promise<string> {
    checkChannelName(message.channel);
    checkEventName(message.event);
    if (message.key !== undefined) checkIdempotencyKey(message.key);
    return this.publishChecked({ ...message, data: encodeData(message.data) });
  }

  /**
   * The same, for what was checked as it was read.
   * @throws CommandError UNAVAILABLE
   */
  publishChecked({ channel, event, data, key, from, exclude, history }: CheckedMessage): string | Promise<string> {
    const publication = { channel, event, data, from, time: this.clock.now(), exclude: exclude?.id };
    const cursor = this.broker.publish(publication, { key, history });
    this.metrics.publishes.inc();
    return cursor;
  }

  /**
   * The newest messages that are kept of a channel, oldest first, so many at most (1 or more).
   * @throws CommandError BAD_FRAME, UNAVAILABLE
   */
  async history(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }> {
    checkChannelName(channel);
    return this.broker.newest(channel, limit);
  }

  /** Ends the subscriptions whose channel it may no longer use as it does, and presences where it may no longer be seen. */
  reauthorize(subscriber: Subscriber, may: MayUse): void {
    for (const subscription of [...subscriber.subscriptions]) {
      if (!(subscription instanceof ChannelSubscription)) continue;
      const { channel } = subscription.target;
      const refusal = refusalOf({ channel, presence: subscription.looks }, may);
      // Who may not be seen any more doesn't lose the channel for it.
      if (!refusal && may(channel, 'presence') !== 'yes') this.presence.release(subscriber, channel);
      if (refusal) subscription.end(refusal);
    }
  }

  private open(name: string, owner: string): Channel {
    const channel = new Channel(name, streamName('channel'), this.metrics, (...closed) => this.closed(...closed));
    this.channels.set(name, channel);
    this.metrics.streams.inc();
    channel.opened = this.broker.open(name, channel, owner).then((position) => channel.openedAt(position));
    return channel;
  }

  /** The broker has closed a channel. */
  private closed(channel: Channel, subscribers: Iterable<Subscriber>, reason: CommandError): void {
    this.forget(channel);
    for (const subscriber of subscribers) this.subscriptionOn(channel, subscriber)?.end(reason);
  }

  private closeIfIdle(channel: Channel): void {
    channel.closeLookers();
    // A subscription can be released while another subscriber waits, and the last of both closes the channel: once.
    if (channel.idle && this.forget(channel)) this.broker.close(channel.name);
  }

  /** @returns whether it was known */
  private forget(channel: Channel): boolean {
    if (this.channels.get(channel.name) !== channel) return false;
    this.channels.delete(channel.name);
    this.metrics.streams.dec();
    return true;
  }

  /** `undefined` when nothing is asked for, or it can't be told. */
  private async missed(
    { subscriptions }: Subscriber,
    channel: Channel,
    { since, epoch }: ChannelRequest,
  ): Promise<Missed | undefined> {
    if (since === undefined || subscriptions.has(channel.stream)) return undefined;
    const newest = channel.position.cursor;
    const look = async (from: Since) => firstOf(await this.broker.after(channel.name, from, PAGE));
    const page = await look({ cursor: since, ...(epoch !== undefined && { epoch }) });
    const after = (cursor: string) => look({ cursor, epoch: channel.position.epoch });
    return page && { since, page, newest, after };
  }

  private join(subscriber: Subscriber, channel: Channel, request: ChannelRequest, missed: Missed | undefined): void {
    channel.checkOpen();
    const { id, since } = request;
    const held = this.subscriptionOn(channel, subscriber);
    const subscription = held ?? this.subscriptionOf(channel, subscriber);
    subscriber.send(
      Delivery.of({
        type: 'subscribed',
        ...(id !== undefined && { id }),
        channel: channel.name,
        stream: channel.stream,
        ...channel.position,
        // Who breaks off before the first missed message has to come back to where it was.
        ...(!held && missed && { cursor: missed.since }),
        durable: false,
        // Nothing was missed on a stream that is live.
        ...(since !== undefined && { recovered: held !== undefined || missed !== undefined }),
      }),
    );
    this.look(channel, subscription, request);
    if (held) return;
    if (missed) void subscription.resume(missed);
    else subscription.goLive();
  }

  private subscriptionOn({ stream }: Channel, { subscriptions }: Subscriber): ChannelSubscription | undefined {
    const subscription = subscriptions.get(stream);
    return subscription instanceof ChannelSubscription ? subscription : undefined;
  }

  /** A new one. @throws CommandError LIMIT_EXCEEDED, UNAVAILABLE */
  private subscriptionOf(channel: Channel, subscriber: Subscriber): ChannelSubscription {
    const subscription = new ChannelSubscription(channel, subscriber, () => {
      this.presence.release(subscriber, channel.name);
      this.closeIfIdle(channel);
    });
    subscriber.subscriptions.add(subscription);
    channel.add(subscriber);
    return subscription;
  }

  private look(channel: Channel, subscription: ChannelSubscription, { presence }: ChannelRequest): void {
    if (presence === false) subscription.lookAway();
    else if (presence)
      subscription.look(presence === true ? 'members' : 'count', channel.lookers(this.broker.presence));
  }
}

/** Why a subscription may not be; `undefined`: it may. */
function refusalOf({ channel, presence }: ChannelRequest, may: MayUse): CommandError | undefined {
  return (
    refused(may(channel, 'subscribe'), 'this channel') ??
    refused(presence ? may(channel, 'presence') : 'yes', 'who is on this channel')
  );
}

function refused(permission: Permission, what: string): CommandError | undefined {
  switch (permission) {
    case 'yes':
      return undefined;
    case 'no':
      return new CommandError('FORBIDDEN', `The rights as they are now do not cover ${what}.`);
    case 'unknown':
      return new CommandError('RIGHTS_CHANGED', `Whether the rights cover ${what} is not known now: subscribe again.`);
  }
}

/** As many of the messages as a page keeps. */
function firstOf(messages: readonly Message[] | undefined): readonly Message[] | undefined {
  let bytes = 0;
  const end = messages?.findIndex((message) => (bytes += messageBytes(message)) > PAGE_BYTES) ?? -1;
  return end === -1 ? messages : messages?.slice(0, Math.max(1, end));
}
