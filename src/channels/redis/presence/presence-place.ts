import { nameText, type Member, type MemberName } from '../../presence/member.js';
import { MOST_CHARACTERS, type KnownMembers, type MembersObserver } from '../../presence/presence-broker.js';
import { Roster } from '../../presence/roster.js';
import type { Roll } from './presence-link.js';
import type { PresenceNews } from './presence-news.js';

/** Changes that may wait while the members are read: beyond, they are read again. */
const MOST_WAITING = 10_000;

/** What this instance knows of a channel's presence, and what of it is its own. */
export class PresencePlace {
  /** Members that this instance keeps up. */
  readonly own = new Map<string, Member>();
  /** Those that it has to have leave, and Redis hasn't answered yet. */
  readonly leaving = new Map<string, MemberName>();
  /** When those who watch may be told again, by `performance.now()`. */
  readyAt = 0;
  /** When they are to be told, if that is asked for. */
  turn: NodeJS.Timeout | undefined;
  /** When the members are read again, if they are. */
  rereading: NodeJS.Timeout | undefined;
  /** Redis can have been set back since it was asked last: numbers of changes tell nothing. */
  doubtful = false;
  private observer: MembersObserver | undefined;
  private roster = new Roster();
  private epoch = '';
  private changes = 0;
  /** Number of the last change of which those who watch were told. */
  private delivered = 0;
  /** News that came while the members are read. */
  private waiting: PresenceNews[] | undefined;

  /** What those who watch know. */
  get known(): KnownMembers {
    return this.roster;
  }

  get watched(): boolean {
    return this.observer !== undefined;
  }

  get idle(): boolean {
    return !this.observer && this.own.size === 0 && this.leaving.size === 0;
  }

  watch(observer: MembersObserver): void {
    this.observer = observer;
  }

  unwatch(): void {
    this.observer = undefined;
    this.waiting = undefined;
    this.roster = new Roster();
    this.epoch = '';
  }

  /** Whether what is known here is as old as this, or newer. */
  reached(epoch: string, changes: number): boolean {
    return this.epoch === epoch && this.changes >= changes;
  }

  /** From here on news wait for `read`. */
  beginRead(): void {
    this.waiting = [];
  }

  /** Whether a read is under way. */
  get reading(): boolean {
    return this.waiting !== undefined;
  }

  /** What Redis has: it is told what is different, at once. @returns whether nothing was missed meanwhile */
  read({ epoch, changes, members }: Roll): boolean {
    const { waiting } = this;
    this.waiting = undefined;
    if (!waiting || !this.observer) return true;
    const first = this.epoch === '';
    this.epoch = epoch;
    this.changes = changes;
    this.delivered = 0;
    const there = new Set(members.map(nameText));
    for (const member of [...this.roster.now()]) if (!there.has(nameText(member))) this.roster.leave(member);
    for (const member of members) this.roster.enter(member);
    if (first) this.roster.take();
    else this.deliver();
    return waiting.length < MOST_WAITING && waiting.every((news) => this.apply(news));
  }

  failed(): void {
    this.waiting = undefined;
  }

  /** @returns whether it follows what came before: if not, the members have to be read */
  apply(news: PresenceNews): boolean {
    this.yield(news);
    if (!this.observer) return true;
    if (this.waiting) {
      if (this.waiting.length < MOST_WAITING) this.waiting.push(news);
      return true;
    }
    const { epoch, number, what } = news;
    if (what.kind === 'turn') {
      if (!this.reached(epoch, number)) return false;
      this.readyAt = performance.now() + what.pause;
      this.delivered = number;
      this.deliver();
      return true;
    }
    if (this.reached(epoch, number)) return true;
    if (!this.reached(epoch, number - 1)) return false;
    this.changes = number;
    if (what.kind === 'there') this.roster.enter(what.member);
    else this.roster.leave(what.member);
    return true;
  }

  /** Number of the last change that is known here. */
  get lastChange(): number {
    return this.changes;
  }

  /** Whether those who watch were not told of something up to a change. */
  owes(change: number): boolean {
    return this.watched && !this.roster.settled && this.delivered < change;
  }

  /** Whether this is what it knows of, not what Redis began anew after it lost its data. */
  isOf(epoch: string): boolean {
    return this.epoch === epoch;
  }

  /** Tells those who watch what they don't know, or the first of it. */
  deliver(): void {
    const changes = this.roster.take(MOST_CHARACTERS);
    if (changes.length > 0) this.observer?.(changes);
  }

  /** A member that another instance has taken isn't this one's any more. */
  private yield({ what }: PresenceNews): void {
    if (what.kind !== 'there') return;
    const name = nameText(what.member);
    if (this.own.has(name) && what.owner !== this.owner) this.own.delete(name);
  }

  constructor(private readonly owner: string) {}
}
