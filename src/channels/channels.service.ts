import { Injectable } from '@nestjs/common';
import { Delivery } from '../delivery/delivery.js';
import type { Subscriber } from '../delivery/subscriber.js';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Broker, type Message, type Retention } from './broker.js';
import { encodeData } from './channel-data.js';
import { checkChannelName, checkEventName, checkIdempotencyKey } from './channel-name.js';
import { refusalOf, type MayUse } from './channel-permission.js';
import { ChannelSubscription, subscriptionOn, type Missed } from './channel-subscription.js';
import type { Channel } from './channel.js';
import { IsoClock } from './iso-clock.js';
import { findMissed } from './missed-messages.js';
import { OpenChannels } from './open-channels.js';
import { ownerOfSubscriber } from './owner.js';
import { PresenceService } from './presence/presence.service.js';

export interface ChannelRequest {
  readonly id?: string;
  readonly channel: string;
  readonly since?: string;
  readonly epoch?: string;
  /** Whether it wants to know who is there, or how many. Absent: as before. */
  readonly presence?: boolean | 'count';
}

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
  private readonly channels: OpenChannels;
  private readonly clock = new IsoClock();

  constructor(
    private readonly broker: Broker,
    private readonly presence: PresenceService,
    private readonly metrics: MetricsService,
  ) {
    this.channels = new OpenChannels(broker, metrics);
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
    const channel = this.channels.obtain(request.channel, () => ownerOfSubscriber(subscriber));
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
      this.channels.closeIfIdle(channel);
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

  /** `undefined` when nothing is asked for, or it can't be told. */
  private async missed(
    { subscriptions }: Subscriber,
    channel: Channel,
    { since, epoch }: ChannelRequest,
  ): Promise<Missed | undefined> {
    if (since === undefined || subscriptions.has(channel.stream)) return undefined;
    return findMissed(this.broker, channel, { cursor: since, ...(epoch !== undefined && { epoch }) });
  }

  private join(subscriber: Subscriber, channel: Channel, request: ChannelRequest, missed: Missed | undefined): void {
    channel.checkOpen();
    const { id, since } = request;
    const held = subscriptionOn(channel, subscriber);
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

  /** A new one. @throws CommandError LIMIT_EXCEEDED, UNAVAILABLE */
  private subscriptionOf(channel: Channel, subscriber: Subscriber): ChannelSubscription {
    const subscription = new ChannelSubscription(channel, subscriber, () => {
      this.presence.release(subscriber, channel.name);
      this.channels.closeIfIdle(channel);
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
