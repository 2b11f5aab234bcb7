import { unavailable } from '../../../redis/in-flight.js';
import type { RedisLink } from '../../../redis/redis-link.js';
import { nameText, type Member, type MemberName } from '../../presence/member.js';
import { CROWD, CROWD_PAUSES } from '../../presence/pause.js';
import { tooManyPresent } from '../../presence/presence-broker.js';
import type { ChannelKeys } from '../channel-keys.js';
import type { Marks } from '../marks.js';
import { parseValue, valueRest } from './presence-news.js';
import { ENTER, FLUSH, LEAVE, LOSE, RENEW, ROLL } from './presence-scripts.js';
import type { RedisScript } from '../../../redis/redis-script.js';

export interface PresenceRules {
  /** Milliseconds between two times that who watches is told. */
  readonly interval: number;
  /** Of one channel. */
  readonly members: number;
  /** Milliseconds for which an instance's members stay without a word of it. */
  readonly lease: number;
  /** Milliseconds after which nobody waits for an answer. */
  readonly timeout: number;
}

/** Who is on a channel, and by which change. */
export interface Roll {
  readonly epoch: string;
  readonly changes: number;
  readonly members: readonly Member[];
  /** Those of them that this instance keeps up. */
  readonly own: readonly Member[];
}

/** What Redis has of channels' presence. Each call is one script. @throws CommandError UNAVAILABLE */
export class PresenceLink {
  constructor(
    /** Names this instance. */
    readonly owner: string,
    private readonly link: RedisLink,
    private readonly keys: ChannelKeys,
    private readonly marks: Marks,
    private readonly rules: PresenceRules,
  ) {}

  /**
   * @returns `taken` when another instance has it, and it was not to be taken from it; `first` when nothing was known of this instance's
   * members here
   * @throws CommandError LIMIT_EXCEEDED
   */
  async enter(channel: string, member: Member, take: boolean): Promise<'there' | 'first' | 'taken'> {
    const { owner, link, rules } = this;
    const about = [nameText(member), owner, member.since, valueRest(member), rules.members, take ? 'take' : 'keep'];
    const reply = await this.run(ENTER, channel, link.clock.in(rules.timeout), ...about);
    if (reply === 'late') throw unavailable();
    if (reply === 'full') throw tooManyPresent(rules.members);
    return reply === 'first' || reply === 'taken' ? reply : 'there';
  }

  leave(channel: string, name: MemberName): Promise<void> {
    return this.end(LEAVE, channel, name, this.owner);
  }

  /** The connection is gone by which this instance keeps a member up. */
  lose(channel: string, name: MemberName): Promise<void> {
    return this.end(LOSE, channel, name, this.owner);
  }

  /** A member leaves whose connection is gone, whichever instance keeps it up. */
  dismiss(channel: string, name: MemberName): Promise<void> {
    return this.end(LEAVE, channel, name, '~');
  }

  /** Has all who watch told what changed. @returns in how many ms it has to be asked again; 0: it needn't */
  async flush(channel: string): Promise<number> {
    return Number(await this.run(FLUSH, channel, this.rules.interval, CROWD, CROWD_PAUSES));
  }

  async renew(
    channel: string,
    has: boolean,
  ): Promise<{ epoch: string; changes: number; lost: boolean; reaped: number }> {
    const reply = (await this.run(RENEW, channel, has ? this.owner : '')) as unknown[];
    const [epoch, changes, lost, reaped] = reply;
    return { epoch: String(epoch), changes: Number(changes), lost: Number(lost) === 1, reaped: Number(reaped) };
  }

  async roll(channel: string): Promise<Roll> {
    const [epoch, changes, values] = (await this.run(ROLL, channel)) as unknown[];
    const owned = Array.isArray(values) ? values.flatMap((value) => parseValue(String(value)) ?? []) : [];
    const members = owned.map(({ member }) => member).sort(byTime);
    const own = owned.flatMap(({ owner, member }) => (owner === this.owner ? [member] : []));
    return { epoch: String(epoch), changes: Number(changes), members, own };
  }

  private async end(script: RedisScript, channel: string, name: MemberName, owner: string): Promise<void> {
    const deadline = this.link.clock.in(this.rules.timeout);
    if ((await this.run(script, channel, deadline, nameText(name), owner)) === 'late') throw unavailable();
  }

  private run(script: RedisScript, channel: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const { keys, link, marks, rules } = this;
    const names = [keys.head(channel), keys.presence(channel), keys.members(channel)];
    return link.run(script, names, [link.topics.publishCommand, rules.lease, marks.epoch(), ...args]);
  }
}

/** Who came first; of one moment, the same for all. */
function byTime(a: Member, b: Member): number {
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return nameText(a) < nameText(b) ? -1 : 1;
}
