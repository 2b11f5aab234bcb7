import { randomUUID } from 'node:crypto';
import { LimitedLog } from '../../../errors/limited-log.js';
import type { RedisLink } from '../../../redis/redis-link.js';
import type { Member, MemberName } from '../../presence/member.js';
import {
  attendanceOf,
  type Attendance,
  type KnownMembers,
  type MembersObserver,
  type PresenceBroker,
} from '../../presence/presence-broker.js';
import type { ChannelKeys } from '../channel-keys.js';
import type { Marks } from '../marks.js';
import { PresenceKeeper } from './presence-keeper.js';
import { PresenceLink, type PresenceRules } from './presence-link.js';
import { parseNews } from './presence-news.js';

/** How often an instance says of each channel that it is alive, in ms. */
const RENEW_MS = 5_000;
/** Channels of which it is said at once. */
const BATCH = 256;

/** For how long members of an instance that is gone stay, in ms: a renewal more, and they are told to have left. */
export const LEASE_MS = 20_000;

/**
 * Who is on channels, over all instances. Members and changes are Redis's. Each change is published, and so is each turn at which all who
 * watch are told what changed since the last: so that all are told the same between the same two messages.
 */
export class RedisPresence implements PresenceBroker {
  private readonly keepers = new Map<string, PresenceKeeper>();
  private readonly redis: PresenceLink;
  private readonly log = new LimitedLog(RedisPresence.name);
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> | undefined;

  constructor(
    link: RedisLink,
    keys: ChannelKeys,
    marks: Marks,
    private readonly rules: PresenceRules,
  ) {
    this.redis = new PresenceLink(randomUUID(), link, keys, marks, rules);
  }

  /** Members that this instance keeps up. */
  get size(): number {
    let size = 0;
    for (const keeper of this.keepers.values()) size += keeper.size;
    return size;
  }

  start(): void {
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
  }

  /** Members stay until their lease ends: their clients are about to come back on another instance. */
  stop(): void {
    clearInterval(this.timer);
    for (const keeper of this.keepers.values()) keeper.stop();
  }

  enter(channel: string, member: Member, update: boolean): Promise<boolean> {
    return this.keeperOf(channel).enter(member, update);
  }

  leave(channel: string, name: MemberName): void {
    this.keeperOf(channel).leave(name);
  }

  lost(channel: string, name: MemberName): void {
    // Where this fails, it leaves when its instance says so.
    this.redis.lose(channel, name).catch(() => undefined);
  }

  async dismiss(channel: string, name: MemberName): Promise<void> {
    await this.redis.dismiss(channel, name);
    this.keeperOf(channel).dismissed();
  }

  watch(channel: string, observe: MembersObserver): Promise<KnownMembers> {
    return this.keeperOf(channel).watch(observe);
  }

  unwatch(channel: string): void {
    this.keepers.get(channel)?.unwatch();
  }

  async attendance(channel: string, limit: number): Promise<Attendance> {
    const { members } = await this.redis.roll(channel);
    return attendanceOf(members, limit);
  }

  /** Something was published of an open channel's presence. */
  published(channel: string, payload: string): void {
    const keeper = this.keepers.get(channel);
    if (!keeper) return;
    const news = parseNews(payload);
    if (news) keeper.published(news);
    else this.log.warn('Something that is no news of presence was published in Redis.');
  }

  /** Redis was away, or changes were missed: it can have been set back, and then has not what it acknowledged. */
  restored(): void {
    for (const keeper of this.keepers.values()) keeper.doubt();
    void this.renew();
  }

  /** Says of all channels that this instance is alive, and looks whether something was missed. */
  private renew(): Promise<void> {
    this.renewing ??= this.renewAll().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renewAll(): Promise<void> {
    const keepers = [...this.keepers.values()];
    for (let at = 0; at < keepers.length; at += BATCH) {
      // Where Redis is away, it is done once it is back.
      await Promise.all(keepers.slice(at, at + BATCH).map((keeper) => keeper.renew().catch(() => undefined)));
    }
  }

  private keeperOf(channel: string): PresenceKeeper {
    const known = this.keepers.get(channel);
    if (known) return known;
    const keeper = new PresenceKeeper(channel, this.redis, this.rules, () => this.keepers.delete(channel));
    this.keepers.set(channel, keeper);
    return keeper;
  }
}
