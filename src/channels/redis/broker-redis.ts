import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { LimitedLog } from '../../errors/limited-log.js';
import type { MetricsService } from '../../metrics/metrics.service.js';
import { unavailable } from '../../redis/in-flight.js';
import type { RedisLink } from '../../redis/redis-link.js';
import {
  Broker,
  type Carriage,
  type Message,
  type Position,
  type Publication,
  type Receiver,
  type Since,
} from '../broker.js';
import { parseCursor } from '../channel-cursor.js';
import { Acknowledged } from './acknowledged.js';
import { parseCarried } from './carried.js';
import { ChannelKeys } from './channel-keys.js';
import { ChannelReader } from './channel-reader.js';
import { Looks } from './looks.js';
import { Marks } from './marks.js';
import { Publishes } from './publishes.js';
import { cursorOf, placeOf, samePlace, type Place } from './place.js';
import { NEWS_PREFIX } from './presence/presence-news.js';
import { LEASE_MS, RedisPresence } from './presence/presence-redis.js';
import { Tail, type Stretch } from './tail.js';

/** Channels of which it is asked at once whether Redis has what it acknowledged. */
const CHECKED_AT_ONCE = 256;

/** A broker over Redis: messages, their order, their history and their idempotency keys are those of all instances. */
export class RedisBroker extends Broker implements OnModuleInit, OnModuleDestroy {
  readonly presence: RedisPresence;
  private readonly keys: ChannelKeys;
  private readonly marks = new Marks();
  private readonly reader: ChannelReader;
  private readonly publishes: Publishes;
  /** Open channels, by the name under which their messages are published. */
  private readonly tails = new Map<string, Tail>();
  private readonly looks: Looks;
  private readonly acknowledged = new Acknowledged();
  private readonly log = new LimitedLog(RedisBroker.name);

  constructor(
    config: Config,
    private readonly link: RedisLink,
    private readonly metrics: MetricsService,
  ) {
    super();
    this.keys = new ChannelKeys(config.redisPrefix);
    this.reader = new ChannelReader(link, this.keys, this.marks, config.limitHistoryBytesPerChannel);
    this.publishes = new Publishes(config, link, this.keys, this.marks, this.acknowledged);
    this.looks = new Looks(link, this.tails);
    this.presence = new RedisPresence(link, this.keys, this.marks, {
      interval: config.presenceIntervalMs,
      members: config.limitPresenceMembers,
      lease: LEASE_MS,
      timeout: config.redisTimeoutMs,
    });
    metrics.presenceMembers.readFrom(() => this.presence.size);
  }

  onModuleInit(): void {
    const { link, looks, tails } = this;
    link.topics.listen({
      published: (name, payload) => this.published(name, payload),
      restored: () => this.restored(),
      refused: (name) => {
        tails.get(name)?.receiver.closed(unavailable());
        this.forget(name);
      },
    });
    link.onReady(() => this.restored());
    looks.start();
    this.presence.start();
  }

  onModuleDestroy(): void {
    this.looks.stop();
    this.presence.stop();
  }

  async open(channel: string, receiver: Receiver): Promise<Position> {
    const name = this.keys.head(channel);
    const tail = new Tail(channel, receiver, (after) => this.readAfter(channel, after), this.metrics);
    this.tails.set(name, tail);
    await this.link.topics.subscribe(name).catch(() => {
      throw unavailable();
    });
    await tail.catchUp();
    const { place } = tail;
    if (!place) throw unavailable();
    return { cursor: cursorOf(place), epoch: place.epoch };
  }

  close(channel: string): void {
    const name = this.keys.head(channel);
    this.forget(name);
    this.link.topics.unsubscribe(name);
  }

  publish(publication: Publication, carriage: Carriage): Promise<string> {
    return this.publishes.add(publication, carriage);
  }

  async after(channel: string, { cursor, epoch }: Since, limit: number): Promise<readonly Message[] | undefined> {
    const since = placeOf(parseCursor(cursor));
    const tail = this.tails.get(this.keys.head(channel));
    if (!since || !tail?.place || (epoch !== undefined && epoch !== since.epoch)) return undefined;
    // The client was at an instance that had got further.
    if (tail.place.epoch === since.epoch && since.number > tail.place.number) await tail.catchUp();
    const { place } = tail;
    if (place.epoch !== since.epoch || since.number > place.number) return undefined;
    if (samePlace(place, since)) return [];
    const messages = await this.reader.between(channel, since, place, limit);
    return messages?.map(({ message }) => message);
  }

  newest(channel: string, limit: number): Promise<{ messages: readonly Message[]; epoch: string }> {
    return this.reader.newest(channel, limit);
  }

  /** What is not kept may be on its way on the connection of subscriptions: it has come before this settles. */
  private async readAfter(channel: string, after: Place | undefined): Promise<Stretch> {
    const stretch = await this.reader.after(channel, after);
    const lacks = after && stretch.messages.length === 0 && !samePlace(after, stretch.head);
    if (lacks) await this.link.topics.check().catch(() => undefined);
    return stretch;
  }

  private published(name: string, payload: string): void {
    const tail = this.tails.get(name);
    if (!tail) return;
    if (payload.startsWith(NEWS_PREFIX)) return this.presence.published(tail.channel, payload);
    const messages = parseCarried(tail.channel, payload);
    if (messages) for (const carried of messages) tail.received(carried);
    else this.log.warn('Something that is no message was published in Redis under the name of a channel.');
  }

  /** Something may have been missed. */
  private restored(): void {
    void this.checkAcknowledged().then(() => this.looks.look());
    this.presence.restored();
  }

  /** What Redis acknowledged and then lost, nobody has perhaps: all are told then. */
  private async checkAcknowledged(): Promise<void> {
    const places = [...this.acknowledged.places()];
    for (let at = 0; at < places.length; at += CHECKED_AT_ONCE) {
      const checks = places
        .slice(at, at + CHECKED_AT_ONCE)
        .map(([channel, place]) => this.reader.check(channel, place));
      // Where Redis is away again, it is looked for once it is back.
      await Promise.allSettled(checks);
    }
  }

  private forget(name: string): void {
    this.tails.get(name)?.close();
    this.tails.delete(name);
  }
}
