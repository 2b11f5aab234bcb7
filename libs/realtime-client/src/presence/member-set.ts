import type { PresenceChangesFrame, PresenceMember, PresenceMembersFrame } from '@edge-hive/protocol';
import { isEqual } from '../is-equal.js';

/** What became of a member. Of one that left, `member` is as it was last. */
export interface MemberChange {
  readonly action: 'join' | 'update' | 'leave';
  readonly member: PresenceMember;
}

/** Who is on a channel, by all that the server said of it. */
export class MemberSet {
  private members = new Map<string, PresenceMember>();
  private list: readonly PresenceMember[] | undefined;
  /** Of the members that replace all, those that have come. */
  private gathered: PresenceMember[] = [];
  /** There are members, perhaps those of a connection that is lost. */
  private isKnown = false;
  /** Changes follow what is known. */
  private isCurrent = false;

  /** In the order in which they came. The same array until somebody comes, changes or leaves. */
  get items(): readonly PresenceMember[] {
    return (this.list ??= Object.freeze([...this.members.values()]));
  }

  get size(): number {
    return this.members.size;
  }

  /** How many principals are among them. */
  get principals(): number {
    return new Set(this.items.map(({ id }) => id)).size;
  }

  /**
   * @returns what is new, each member once; undefined where what is there isn't known, or not as a whole. The members that are the
   * first are no news: nothing is known that they differ from.
   */
  take(frame: PresenceMembersFrame | PresenceChangesFrame): readonly MemberChange[] | undefined {
    if ('members' in frame) return this.gather(frame);
    if (!this.isCurrent) return undefined;
    this.list = undefined;
    return frame.changes.flatMap((change) => {
      if (change.action === 'leave') return this.remove(nameOf(change));
      const { action: _, ...member } = change;
      return this.put(member);
    });
  }

  /** What is known stays, and is compared with what comes anew. */
  interrupted(): void {
    this.isCurrent = false;
    this.gathered = [];
  }

  clear(): void {
    this.interrupted();
    this.isKnown = false;
    this.members.clear();
    this.list = undefined;
  }

  private gather({ members, last }: PresenceMembersFrame): readonly MemberChange[] | undefined {
    this.gathered = this.gathered.concat(members);
    if (!last) return undefined;
    const changes = this.isKnown ? this.difference(this.gathered) : [];
    this.members = new Map(this.gathered.map((member) => [nameOf(member), member]));
    this.list = undefined;
    this.gathered = [];
    this.isKnown = true;
    this.isCurrent = true;
    return changes;
  }

  private difference(members: readonly PresenceMember[]): MemberChange[] {
    const gone = new Set(this.members.keys());
    for (const member of members) gone.delete(nameOf(member));
    return [...[...gone].flatMap((name) => this.remove(name)), ...members.flatMap((member) => this.put(member))];
  }

  private put(member: PresenceMember): MemberChange[] {
    const name = nameOf(member);
    const known = this.members.get(name);
    this.members.set(name, member);
    if (known === undefined) return [{ action: 'join', member }];
    return isEqual(known, member) ? [] : [{ action: 'update', member }];
  }

  private remove(name: string): MemberChange[] {
    const member = this.members.get(name);
    this.members.delete(name);
    return member === undefined ? [] : [{ action: 'leave', member }];
  }
}

/** One text for each member: an id can have any character. */
function nameOf({ id, key }: Pick<PresenceMember, 'id' | 'key'>): string {
  return `${id.length} ${id}${key}`;
}
