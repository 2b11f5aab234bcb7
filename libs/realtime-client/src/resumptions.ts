import type { Subscriber } from './subscriber.js';
import { isSameTarget, type Target } from './subscription.js';
import type { Trail } from './trail.js';

/**
 * The subscribers of a stream that ended, which want it continued. One of them asks for all: on a stream that is live
 * already the server ignores `since`, so a second one that asked could miss what came between the two.
 */
export class Resumption {
  readonly members = new Set<Subscriber>();
  /** Who wants something of the same target, and asks behind it: it may amount to the same stream. */
  readonly followers = new Set<Subscriber>();
  /** The command was sent, and is unanswered. */
  asked = false;

  constructor(readonly trail: Trail) {}

  /** Who asks. Another one does when it leaves. */
  get leader(): Subscriber | undefined {
    const [first] = this.members;
    return first;
  }
}

/** Who waits to be continued, and with whom. */
export class Resumptions {
  private readonly bySubscriber = new Map<Subscriber, Resumption>();

  get subscribers(): Subscriber[] {
    return [...this.bySubscriber.keys()];
  }

  of(subscriber: Subscriber): Resumption | undefined {
    return this.bySubscriber.get(subscriber);
  }

  /** One that is yet to be asked for, of a target. */
  waiting(target: Target): Resumption | undefined {
    return [...this.bySubscriber.values()].find(
      ({ asked, leader }) => !asked && leader !== undefined && isSameTarget(leader.target, target),
    );
  }

  /** Everyone is asked for on the next connection. */
  lost(): void {
    for (const { followers } of this.bySubscriber.values()) followers.clear();
  }

  add(trail: Trail, members: Iterable<Subscriber>): void {
    const resumption = new Resumption(trail);
    for (const member of members) {
      resumption.members.add(member);
      this.bySubscriber.set(member, resumption);
    }
  }

  /** @returns what it was a member of */
  leave(subscriber: Subscriber): Resumption | undefined {
    const resumption = this.bySubscriber.get(subscriber);
    this.bySubscriber.delete(subscriber);
    resumption?.members.delete(subscriber);
    return resumption;
  }

  /** @returns who is left */
  dissolve({ members }: Resumption): Subscriber[] {
    for (const member of members) this.bySubscriber.delete(member);
    return [...members];
  }

  clear(): void {
    this.bySubscriber.clear();
  }
}
