import { CommandError } from '../../errors/command-error.js';
import type { Member, MemberChange, MemberName } from './member.js';

/** Characters of changes, about, that an observer is handed at once. */
export const MOST_CHARACTERS = 256 * 1024;

/** A channel's members as those who watch it know them: by all changes that they were handed so far. */
export interface KnownMembers {
  /** How many. */
  readonly count: number;
  /** Of how many principals. */
  readonly principals: number;
  /** Whether they are as all is now: if not, a call with what is new is about to come. */
  readonly settled: boolean;
  [Symbol.iterator](): Iterator<Member>;
}

export type MembersObserver = (changes: readonly MemberChange[]) => void;

/** Who is present on a channel: the first who came, and how many there are in all. */
export interface Attendance {
  readonly members: readonly Member[];
  readonly count: number;
  /** Among all of them. */
  readonly principals: number;
}

/** @param members all of them, in the order in which they came */
export function attendanceOf(members: readonly Member[], limit: number): Attendance {
  return {
    members: members.slice(0, limit),
    count: members.length,
    principals: new Set(members.map(({ id }) => id)).size,
  };
}

/** A channel has as many members as it may. */
export function tooManyPresent(limit: number): CommandError {
  return new CommandError('LIMIT_EXCEEDED', `channel: ${limit} are present already, as many as may be.`);
}

/** Another connection has come with the same key since this one did. Saying it again has it come back. */
export function takenElsewhere(): CommandError {
  return new CommandError('UNAVAILABLE', 'key: a newer connection has it. Try again to have it back.');
}

/**
 * Knows who is present on channels, whichever instance they are connected to. What becomes of a member comes back to the instance
 * that said it the same way as to all others.
 */
export interface PresenceBroker {
  /**
   * Somebody is present on a channel, open or not, or in another state than before. The same principal with the same key is the
   * same member, whoever says so, and came when it first did. What one instance says of a member counts in the order it is said.
   * @param update of a member that this instance has: what is said late, of one that came to another instance meanwhile, must not take it
   * back from there
   * @returns whether it is there so: not where another instance has it by now
   * @throws CommandError LIMIT_EXCEEDED when a channel has as many members as may be, UNAVAILABLE
   */
  enter(channel: string, member: Member, update: boolean): boolean | Promise<boolean>;

  /** A member is present no more. Nothing if it wasn't, or is another instance's by now. */
  leave(channel: string, member: MemberName): void;

  /** The connection of this instance that had a member is gone. It stays, and any instance may dismiss it until it comes again. */
  lost(channel: string, member: MemberName): void;

  /**
   * A member whose connection is gone is present no more, whichever instance had it. Nothing if it is anybody's.
   * @throws CommandError UNAVAILABLE
   */
  dismiss(channel: string, member: MemberName): void | Promise<void>;

  /**
   * Calls `observe` with who came, changed and left of an open channel, in the channel's order: all who watch it hear of it
   * between the same two messages. At most one call each `PRESENCE_INTERVAL_MS`, in which what happened to a member since the
   * last call is joined. What is returned follows the calls. A channel is watched by one observer at a time.
   * @throws CommandError UNAVAILABLE
   */
  watch(channel: string, observe: MembersObserver): KnownMembers | Promise<KnownMembers>;

  unwatch(channel: string): void;

  /**
   * Who is present on any channel now, the first so many who came.
   * @throws CommandError UNAVAILABLE
   */
  attendance(channel: string, limit: number): Attendance | Promise<Attendance>;
}
