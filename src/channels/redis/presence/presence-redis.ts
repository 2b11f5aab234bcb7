import { randomUUID } from 'node:crypto';
import { LimitedLog } from '../../../errors/limited-log.js';
import type { RedisLink } from '../../../redis/redis-link.js';
import { nameText, type Member, type MemberName } from '../../presence/member.js';
import {
  attendanceOf,
  type Attendance,
  type KnownMembers,
  type MembersObserver,
  type PresenceBroker,
} from '../../presence/presence-broker.js';
import type { ChannelKeys } from '../channel-keys.js';
import type { Marks } from '../marks.js';
import { PresenceLink, type PresenceRules } from './presence-link.js';
import { parseNews } from './presence-news.js';
import { PresencePlace } from './presence-place.js';

/** How often an instance says of each channel that it is alive, in ms. */
const RENEW_MS = 5_000;
/** Channels of which it is said at once. */
const BATCH = 256;
/** For how long changes are gathered before they are told, in ms: those of one tick come one after the other. */
const GATHER_MS = 10;
/** For how long a change may be on its way when its number is known already, in ms. */
const ON_ITS_WAY_MS = 250;
/** For how long instances have to enter their members again when Redis lost its data, before anybody is told that they left, in ms. */
const ENTER_AGAIN_MS = 1_000;

/** For how long members of an instance that is gone stay, in ms: a renewal more, and they are told to have left. */
export const LEASE_MS = 20_000;

/**
 * Who is on channels, over all instances. Members and changes are Redis's. Each change is published, and so is each turn at which all who
 * watch are told what changed since the last: so that all are told the same between the same two messages.
 */
export class RedisPresence implements PresenceBroker {
  private readonly places = new Map<string, PresencePlace>();
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
    for (const { own } of this.places.values()) size += own.size;
    return size;
  }

  start(): void {
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
  }

  /** Members stay until their lease ends: their clients are about to come back on another instance. */
  stop(): void {
    clearInterval(this.timer);
    for (const { turn } of this.places.values()) clearTimeout(turn);
  }

  async enter(channel: string, member: Member): Promise<void> {
    const place = this.placeOf(channel);
    const name = nameText(member);
    const before = place.own.get(name);
    const kept = before ? { ...member, since: before.since } : member;
    place.leaving.delete(name);
    place.own.set(name, kept);
    try {
      const first = (await this.redis.enter(channel, kept, true)) === 'first';
      if (first && place.own.size > 1) await this.enterAgain(channel, place);
      this.schedule(channel, place, 0);
    } catch (error) {
      if (place.own.get(name) === kept) {
        if (before) place.own.set(name, before);
        else place.own.delete(name);
      }
      this.forgetIfIdle(channel, place);
      throw error;
    }
  }

  leave(channel: string, { id, key }: MemberName): void {
    const place = this.placeOf(channel);
    const name = { id, key };
    place.own.delete(nameText(name));
    place.leaving.set(nameText(name), name);
    // What fails is tried again with the next renewal.
    this.leaveNow(channel, place, name).catch(() => undefined);
  }

  lost(channel: string, name: MemberName): void {
    // Where this fails, it leaves when its instance says so.
    this.redis.lose(channel, name).catch(() => undefined);
  }

  async dismiss(channel: string, name: MemberName): Promise<void> {
    await this.redis.dismiss(channel, name);
    const place = this.placeOf(channel);
    this.schedule(channel, place, 0);
    this.forgetIfIdle(channel, place);
  }

  async watch(channel: string, observe: MembersObserver): Promise<KnownMembers> {
    const place = this.placeOf(channel);
    place.watch(observe);
    try {
      await this.read(channel, place);
      return place.known;
    } catch (error) {
      this.unwatch(channel);
      throw error;
    }
  }

  unwatch(channel: string): void {
    const place = this.places.get(channel);
    place?.unwatch();
    if (place) this.forgetIfIdle(channel, place);
  }

  async attendance(channel: string, limit: number): Promise<Attendance> {
    const { members } = await this.redis.roll(channel);
    return attendanceOf(members, limit);
  }

  /** Something was published of an open channel's presence. */
  published(channel: string, payload: string): void {
    const place = this.places.get(channel);
    if (!place) return;
    const news = parseNews(payload);
    if (!news) return this.log.warn('Something that is no news of presence was published in Redis.');
    if (!place.apply(news)) this.readAgain(channel, place, place.isOf(news.epoch) ? 0 : ENTER_AGAIN_MS);
    else if (!place.known.settled && place.watched) this.schedule(channel, place, this.rules.interval);
  }

  /** Redis was away, or changes were missed: it can have been set back, and then has not what it acknowledged. */
  restored(): void {
    for (const place of this.places.values()) place.doubtful = true;
    void this.renew();
  }

  /** Says of all channels that this instance is alive, and looks whether something was missed. */
  private renew(): Promise<void> {
    this.renewing ??= this.renewAll().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renewAll(): Promise<void> {
    const places = [...this.places];
    for (let at = 0; at < places.length; at += BATCH) {
      // Where Redis is away, it is done once it is back.
      await Promise.all(places.slice(at, at + BATCH).map((entry) => this.renewOne(...entry).catch(() => undefined)));
    }
  }

  private async renewOne(channel: string, place: PresencePlace): Promise<void> {
    await Promise.allSettled([...place.leaving.values()].map((name) => this.leaveNow(channel, place, name)));
    if (this.places.get(channel) !== place) return;
    const { epoch, changes, lost, reaped } = await this.redis.renew(channel, place.own.size > 0);
    if (lost) await this.enterAgain(channel, place);
    if (lost || reaped > 0) this.schedule(channel, place, 0);
    if (place.doubtful) {
      // Others need a moment, too, to enter again what it has no more.
      const isBehind = !place.isOf(epoch) || changes < place.lastChange;
      return this.reconcile(channel, place, isBehind ? ENTER_AGAIN_MS : ON_ITS_WAY_MS);
    }
    if (!place.watched || place.reached(epoch, changes)) return;
    const wait = place.isOf(epoch) ? ON_ITS_WAY_MS : ENTER_AGAIN_MS;
    this.readAgain(channel, place, wait, () => !place.reached(epoch, changes));
  }

  /** Redis, or another instance, took this one for gone. */
  private async enterAgain(channel: string, place: PresencePlace): Promise<void> {
    const members = [...place.own];
    await Promise.all(
      members.map(async ([name, member]) => {
        const taken = (await this.redis.enter(channel, member, false)) === 'taken';
        if (taken && place.own.get(name) === member) place.own.delete(name);
      }),
    );
  }

  /** Holds what Redis has of this instance's members against what they are, and reads all anew for those who watch. */
  private async reconcile(channel: string, place: PresencePlace, wait: number): Promise<void> {
    const had = new Map((await this.redis.roll(channel)).own.map((member) => [nameText(member), member]));
    place.doubtful = false;
    for (const [name, member] of had) if (!place.own.has(name)) this.leave(channel, member);
    const missing = [...place.own].filter(([name, { state }]) => had.get(name)?.state !== state);
    await Promise.allSettled(missing.map(([, member]) => this.redis.enter(channel, member, false)));
    if (missing.length > 0) {
      this.schedule(channel, place, 0);
      // Another instance, whose they were before, has them leave now. What it still has after that is its own.
      setTimeout(() => void this.enterAgain(channel, place).catch(() => undefined), ENTER_AGAIN_MS).unref();
    }
    if (!place.watched) return;
    clearTimeout(place.rereading);
    place.rereading = undefined;
    this.readAgain(channel, place, wait);
  }

  private async leaveNow(channel: string, place: PresencePlace, name: MemberName): Promise<void> {
    await this.redis.leave(channel, name);
    if (place.leaving.get(nameText(name)) === name) place.leaving.delete(nameText(name));
    this.schedule(channel, place, 0);
    this.forgetIfIdle(channel, place);
  }

  /** Has those who watch told of what changed, when it is time, and so many ms later: whoever made a change asks first. */
  private schedule(channel: string, place: PresencePlace, later: number): void {
    const wait = Math.max(GATHER_MS, place.readyAt - performance.now()) + later;
    place.turn ??= setTimeout(() => void this.flush(channel, place), wait).unref();
  }

  private async flush(channel: string, place: PresencePlace): Promise<void> {
    place.turn = undefined;
    const change = place.lastChange;
    // Where Redis is away, nobody waits for it: they are told at once.
    const left = await this.redis.flush(channel).catch(() => 0);
    if (left > 0) return this.schedule(channel, place, left);
    // The turn itself can be lost on its way.
    setTimeout(() => {
      if (place.owes(change)) place.tell();
    }, ON_ITS_WAY_MS).unref();
  }

  private readAgain(channel: string, place: PresencePlace, wait: number, isNeeded = () => true): void {
    place.rereading ??= setTimeout(() => {
      place.rereading = undefined;
      // What fails is tried again with the next renewal.
      if (place.watched && !place.reading && isNeeded()) this.read(channel, place).catch(() => undefined);
    }, wait).unref();
  }

  private async read(channel: string, place: PresencePlace): Promise<void> {
    for (let complete = false; !complete;) {
      place.beginRead();
      try {
        complete = place.read(await this.redis.roll(channel));
      } catch (error) {
        place.failed();
        throw error;
      }
    }
    if (!place.known.settled) this.schedule(channel, place, this.rules.interval);
  }

  private placeOf(channel: string): PresencePlace {
    const known = this.places.get(channel);
    if (known) return known;
    const place = new PresencePlace(this.redis.owner);
    this.places.set(channel, place);
    return place;
  }

  private forgetIfIdle(channel: string, place: PresencePlace): void {
    if (place.idle && this.places.get(channel) === place) this.places.delete(channel);
  }
}
