import type { KnownMembers } from './presence-broker.js';
import { nameText, type Member, type MemberChange, type MemberName } from './member.js';

/** Characters of a change beside its texts, about. */
const FRAMING = 80;

/**
 * Who is on a channel, and what observers don't know of it yet. That is no list of what happened but the difference between
 * what they know and what is: a join and a leave in between are neither, and who left and came back never left.
 */
export class Roster implements KnownMembers {
  private readonly members = new Map<string, Member>();
  /** What observers know of the members about which they don't know all; `undefined`: nothing. */
  private readonly known = new Map<string, Member | undefined>();
  /** Members that observers know, by principal. */
  private readonly byPrincipal = new Map<string, number>();
  private knownCount = 0;

  /** How many there are now. */
  get size(): number {
    return this.members.size;
  }

  get count(): number {
    return this.knownCount;
  }

  get principals(): number {
    return this.byPrincipal.size;
  }

  get settled(): boolean {
    return this.known.size === 0;
  }

  has(name: MemberName): boolean {
    return this.members.has(nameText(name));
  }

  /** Those that there are now. */
  now(): IterableIterator<Member> {
    return this.members.values();
  }

  /** Comes, or is in another state. Who is known already came when it is known to have come. */
  enter(member: Member): void {
    const name = nameText(member);
    const current = this.members.get(name);
    if (current?.state === member.state) return;
    const known = this.knownOf(name);
    const since = (current ?? known)?.since ?? member.since;
    this.members.set(name, { ...member, since });
    if (known?.state === member.state) this.settle(name, known);
    else this.known.set(name, known);
  }

  /** @returns whether it was there. */
  leave(member: MemberName): boolean {
    const name = nameText(member);
    const known = this.knownOf(name);
    if (!this.members.delete(name)) return false;
    if (known) this.known.set(name, known);
    else this.known.delete(name);
    return true;
  }

  /**
   * What observers don't know yet; from now on they do. What is oldest comes first, and what is beyond so many characters of
   * text, about, is left for the next call.
   */
  take(most = Infinity): MemberChange[] {
    const changes: MemberChange[] = [];
    let characters = 0;
    for (const [name, known] of this.known) {
      if (characters >= most) break;
      const member = this.members.get(name);
      this.known.delete(name);
      const change = changeOf(known, member);
      if (!change) continue;
      this.tally(change);
      changes.push(change);
      characters += charactersOf(change);
    }
    return changes;
  }

  *[Symbol.iterator](): Generator<Member> {
    for (const [name, member] of this.members) {
      const known = this.known.has(name) ? this.known.get(name) : member;
      if (known) yield known;
    }
    for (const [name, known] of this.known) if (known && !this.members.has(name)) yield known;
  }

  private knownOf(name: string): Member | undefined {
    return this.known.has(name) ? this.known.get(name) : this.members.get(name);
  }

  /** It is again as observers know it. */
  private settle(name: string, known: Member): void {
    this.members.set(name, known);
    this.known.delete(name);
  }

  private tally({ action, member: { id } }: MemberChange): void {
    if (action === 'update') return;
    const left = (this.byPrincipal.get(id) ?? 0) + (action === 'join' ? 1 : -1);
    this.knownCount += action === 'join' ? 1 : -1;
    if (left > 0) this.byPrincipal.set(id, left);
    else this.byPrincipal.delete(id);
  }
}

function charactersOf({ member: { id, key, state } }: MemberChange): number {
  return FRAMING + id.length + key.length + state.length;
}

function changeOf(known: Member | undefined, member: Member | undefined): MemberChange | undefined {
  if (member) return { action: known ? 'update' : 'join', member };
  return known && { action: 'leave', member: known };
}
