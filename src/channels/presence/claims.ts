import type { Subscriber } from '../../delivery/subscriber.js';
import { Claim } from './claim.js';
import { nameText, type MemberName } from './member.js';

/** Every presence of this instance's connections, by channel and member, and by the connection that holds it. */
export class Claims implements Iterable<Claim> {
  private readonly byChannel = new Map<string, Map<string, Claim>>();
  private readonly byHolder = new Map<Subscriber, Set<Claim>>();

  get(channel: string, name: MemberName): Claim | undefined {
    return this.byChannel.get(channel)?.get(nameText(name));
  }

  heldBy(holder: Subscriber): ReadonlySet<Claim> {
    return this.byHolder.get(holder) ?? NONE;
  }

  /** It belongs to this one now, takes so many bytes, and is booked on its account. @returns which time it is that somebody has it. */
  hold(claim: Claim, holder: Subscriber, bytes: number): number {
    this.letGo(claim);
    claim.turn += 1;
    claim.holder = holder;
    claim.bytes = bytes;
    const held = this.byHolder.get(holder);
    if (held) held.add(claim);
    else this.byHolder.set(holder, new Set([claim]));
    const members = this.byChannel.get(claim.channel);
    if (members) members.set(nameText(claim), claim);
    else this.byChannel.set(claim.channel, new Map([[nameText(claim), claim]]));
    holder.subscriptions.held.book(bytes);
    return claim.turn;
  }

  /** It belongs to nobody. */
  letGo(claim: Claim): void {
    const { holder, bytes } = claim;
    if (!holder) return;
    claim.holder = undefined;
    const held = this.byHolder.get(holder);
    held?.delete(claim);
    if (held?.size === 0) this.byHolder.delete(holder);
    holder.subscriptions.held.book(-bytes);
  }

  delete(claim: Claim): void {
    this.letGo(claim);
    const members = this.byChannel.get(claim.channel);
    members?.delete(nameText(claim));
    if (members?.size === 0) this.byChannel.delete(claim.channel);
  }

  *[Symbol.iterator](): Generator<Claim> {
    for (const members of this.byChannel.values()) yield* members.values();
  }
}

const NONE: ReadonlySet<Claim> = new Set();
