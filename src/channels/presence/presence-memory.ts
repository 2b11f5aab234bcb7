import { nameText, type Member, type MemberName } from './member.js';
import { pauseAfter } from './pause.js';
import {
  attendanceOf,
  MOST_CHARACTERS,
  tooManyPresent,
  type Attendance,
  type KnownMembers,
  type MembersObserver,
  type PresenceBroker,
} from './presence-broker.js';
import { Roster } from './roster.js';

interface Place {
  readonly roster: Roster;
  /** Members whose connection is gone. */
  readonly lost: Set<string>;
  observe: MembersObserver | undefined;
  /** When observers may be called again. */
  readyAt: number;
  timer: NodeJS.Timeout | undefined;
}

export interface PresenceLimits {
  /** Milliseconds between two calls of a channel's observer, at least. */
  readonly interval: number;
  /** Members of one channel. */
  readonly members: number;
}

/** Who is on which channel, of one instance. */
export class MemoryPresence implements PresenceBroker {
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly limits: PresenceLimits,
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Members of all channels. */
  get size(): number {
    let size = 0;
    for (const { roster } of this.places.values()) size += roster.size;
    return size;
  }

  /** @throws CommandError LIMIT_EXCEEDED */
  enter(channel: string, member: Member): boolean {
    const place = this.placeOf(channel);
    if (place.roster.size >= this.limits.members && !place.roster.has(member)) {
      throw tooManyPresent(this.limits.members);
    }
    place.roster.enter(member);
    place.lost.delete(nameText(member));
    this.changed(channel, place);
    return true;
  }

  leave(channel: string, name: MemberName): void {
    const place = this.places.get(channel);
    if (!place?.roster.leave(name)) return;
    place.lost.delete(nameText(name));
    this.changed(channel, place);
  }

  lost(channel: string, name: MemberName): void {
    const place = this.places.get(channel);
    if (place?.roster.has(name)) place.lost.add(nameText(name));
  }

  dismiss(channel: string, name: MemberName): void {
    if (this.places.get(channel)?.lost.has(nameText(name))) this.leave(channel, name);
  }

  watch(channel: string, observe: MembersObserver): KnownMembers {
    const place = this.placeOf(channel);
    place.observe = observe;
    return place.roster;
  }

  unwatch(channel: string): void {
    const place = this.places.get(channel);
    if (!place) return;
    place.observe = undefined;
    clearTimeout(place.timer);
    place.timer = undefined;
    this.changed(channel, place);
  }

  attendance(channel: string, limit: number): Attendance {
    const members = this.places.get(channel)?.roster.now() ?? [];
    return attendanceOf([...members], limit);
  }

  close(): void {
    for (const { timer } of this.places.values()) clearTimeout(timer);
  }

  private placeOf(channel: string): Place {
    const known = this.places.get(channel);
    if (known) return known;
    const place: Place = {
      roster: new Roster(),
      lost: new Set(),
      observe: undefined,
      readyAt: -Infinity,
      timer: undefined,
    };
    this.places.set(channel, place);
    return place;
  }

  private changed(channel: string, place: Place): void {
    if (place.observe) this.schedule(place);
    else this.settle(channel, place);
  }

  /** Nobody looks: what is now is known. */
  private settle(channel: string, { roster }: Place): void {
    roster.take();
    if (roster.size === 0) this.places.delete(channel);
  }

  private schedule(place: Place): void {
    if (place.roster.settled) return;
    const wait = Math.max(0, Math.ceil(place.readyAt - this.now()));
    place.timer ??= setTimeout(() => this.call(place), wait).unref();
  }

  private call(place: Place): void {
    place.timer = undefined;
    const changes = place.roster.take(MOST_CHARACTERS);
    if (changes.length === 0) return;
    const { interval } = this.limits;
    place.readyAt = this.now() + (place.roster.settled ? pauseAfter(changes.length, interval) : interval);
    place.observe?.(changes);
    this.schedule(place);
  }
}
