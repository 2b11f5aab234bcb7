import { nameText, type Member, type MemberName } from '../../presence/member.js';
import type { KnownMembers, MembersObserver } from '../../presence/presence-broker.js';
import type { PresenceLink, PresenceRules } from './presence-link.js';
import type { PresenceNews } from './presence-news.js';
import { PresencePlace } from './presence-place.js';

/** For how long changes are gathered before they are told, in ms: those of one tick come one after the other. */
const GATHER_MS = 10;
/** For how long a change may be on its way when its number is known already, in ms. */
const ON_ITS_WAY_MS = 250;
/** For how long instances have to enter their members again when Redis lost its data, before anybody is told that they left, in ms. */
const ENTER_AGAIN_MS = 1_000;

/** Keeps what this instance knows of one channel's presence, and what Redis has of it, in step. */
export class PresenceKeeper {
  private readonly place: PresencePlace;
  private forgotten = false;

  constructor(
    private readonly channel: string,
    private readonly redis: PresenceLink,
    private readonly rules: PresenceRules,
    /** Nothing is known here that is worth keeping. It is called once. */
    private readonly onIdle: () => void,
  ) {
    this.place = new PresencePlace(redis.owner);
  }

  /** Members that this instance keeps up. */
  get size(): number {
    return this.place.own.size;
  }

  stop(): void {
    clearTimeout(this.place.turn);
  }

  async enter(member: Member, update: boolean): Promise<boolean> {
    const { place } = this;
    const name = nameText(member);
    const before = place.own.get(name);
    const kept = before ? { ...member, since: before.since } : member;
    place.leaving.delete(name);
    place.own.set(name, kept);
    try {
      const how = await this.redis.enter(this.channel, kept, !update);
      if (how === 'taken' && place.own.get(name) === kept) place.own.delete(name);
      if (how === 'first' && place.own.size > 1) await this.enterAgain();
      this.schedule(0);
      this.forgetIfIdle();
      return how !== 'taken';
    } catch (error) {
      if (place.own.get(name) === kept) {
        if (before) place.own.set(name, before);
        else place.own.delete(name);
      }
      this.forgetIfIdle();
      throw error;
    }
  }

  leave({ id, key }: MemberName): void {
    const name = { id, key };
    this.place.own.delete(nameText(name));
    this.place.leaving.set(nameText(name), name);
    // What fails is tried again with the next renewal.
    this.leaveNow(name).catch(() => undefined);
  }

  /** A member has left whose connection is gone, whichever instance kept it up. */
  dismissed(): void {
    this.schedule(0);
    this.forgetIfIdle();
  }

  async watch(observe: MembersObserver): Promise<KnownMembers> {
    this.place.watch(observe);
    try {
      await this.read();
      return this.place.known;
    } catch (error) {
      this.unwatch();
      throw error;
    }
  }

  unwatch(): void {
    this.place.unwatch();
    this.forgetIfIdle();
  }

  /** Something was published of the channel's presence. */
  published(news: PresenceNews): void {
    const { place } = this;
    if (!place.apply(news)) this.readAgain(place.isOf(news.epoch) ? 0 : ENTER_AGAIN_MS);
    else if (!place.known.settled && place.watched) this.schedule(this.rules.interval);
  }

  /** Redis can have been set back since it was asked last. */
  doubt(): void {
    this.place.doubtful = true;
  }

  /** Says that this instance is alive, and looks whether something was missed. */
  async renew(): Promise<void> {
    const { place, channel } = this;
    await Promise.allSettled([...place.leaving.values()].map((name) => this.leaveNow(name)));
    if (this.forgotten) return;
    const { epoch, changes, lost, reaped } = await this.redis.renew(channel, place.own.size > 0);
    if (lost) await this.enterAgain();
    if (lost || reaped > 0) this.schedule(0);
    if (place.doubtful) {
      // Others need a moment, too, to enter again what it has no more.
      const isBehind = !place.isOf(epoch) || changes < place.lastChange;
      return this.reconcile(isBehind ? ENTER_AGAIN_MS : ON_ITS_WAY_MS);
    }
    if (!place.watched || place.reached(epoch, changes)) return;
    const wait = place.isOf(epoch) ? ON_ITS_WAY_MS : ENTER_AGAIN_MS;
    this.readAgain(wait, () => !place.reached(epoch, changes));
  }

  /** Redis, or another instance, took this one for gone. */
  private async enterAgain(): Promise<void> {
    const { own } = this.place;
    await Promise.all(
      [...own].map(async ([name, member]) => {
        const taken = (await this.redis.enter(this.channel, member, false)) === 'taken';
        if (taken && own.get(name) === member) own.delete(name);
      }),
    );
  }

  /** Holds what Redis has of this instance's members against what they are, and reads all anew for those who watch. */
  private async reconcile(wait: number): Promise<void> {
    const { place, channel } = this;
    const had = new Map((await this.redis.roll(channel)).own.map((member) => [nameText(member), member]));
    place.doubtful = false;
    for (const [name, member] of had) if (!place.own.has(name)) this.leave(member);
    const missing = [...place.own].filter(([name, { state }]) => had.get(name)?.state !== state);
    await Promise.allSettled(missing.map(([, member]) => this.redis.enter(channel, member, false)));
    if (missing.length > 0) {
      this.schedule(0);
      // Another instance, whose they were before, has them leave now. What it still has after that is its own.
      setTimeout(() => void this.enterAgain().catch(() => undefined), ENTER_AGAIN_MS).unref();
    }
    if (!place.watched) return;
    clearTimeout(place.rereading);
    place.rereading = undefined;
    this.readAgain(wait);
  }

  private async leaveNow(name: MemberName): Promise<void> {
    const { leaving } = this.place;
    await this.redis.leave(this.channel, name);
    if (leaving.get(nameText(name)) === name) leaving.delete(nameText(name));
    this.schedule(0);
    this.forgetIfIdle();
  }

  /** Has those who watch told of what changed, when it is time, and so many ms later: whoever made a change asks first. */
  private schedule(later: number): void {
    const { place } = this;
    const wait = Math.max(GATHER_MS, place.readyAt - performance.now()) + later;
    place.turn ??= setTimeout(() => void this.flush(), wait).unref();
  }

  private async flush(): Promise<void> {
    const { place } = this;
    place.turn = undefined;
    const change = place.lastChange;
    // Where Redis is away, nobody waits for it: they are told at once.
    const left = await this.redis.flush(this.channel).catch(() => 0);
    if (left > 0) return this.schedule(left);
    // The turn itself can be lost on its way.
    setTimeout(() => {
      if (place.owes(change)) place.deliver();
    }, ON_ITS_WAY_MS).unref();
  }

  private readAgain(wait: number, isNeeded = () => true): void {
    const { place } = this;
    place.rereading ??= setTimeout(() => {
      place.rereading = undefined;
      // What fails is tried again with the next renewal.
      if (place.watched && !place.reading && isNeeded()) this.read().catch(() => undefined);
    }, wait).unref();
  }

  private async read(): Promise<void> {
    const { place } = this;
    for (let complete = false; !complete;) {
      place.beginRead();
      try {
        complete = place.read(await this.redis.roll(this.channel));
      } catch (error) {
        place.failed();
        throw error;
      }
    }
    if (!place.known.settled) this.schedule(this.rules.interval);
  }

  private forgetIfIdle(): void {
    if (!this.place.idle || this.forgotten) return;
    this.forgotten = true;
    this.onIdle();
  }
}
