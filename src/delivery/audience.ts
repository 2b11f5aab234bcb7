import { Cohort } from './cohort.js';
import type { Delivery } from './delivery.js';
import type { Subscriber } from './subscriber.js';

/** So many that what is sent to them isn't put into the outbox of each. */
const MANY = 16;

/** Whoever is sent what an audience is sent. */
export type Recipient = Pick<Subscriber, 'id' | 'send' | 'join'>;

/** Those who are sent the same, one delivery behind the other. */
export class Audience implements Iterable<Recipient> {
  private readonly members = new Set<Recipient>();
  private cohort: Cohort | undefined;
  /** To how many a delivery of the cohort goes. */
  private reached = 0;

  get size(): number {
    return this.members.size;
  }

  [Symbol.iterator](): IterableIterator<Recipient> {
    return this.members.values();
  }

  add(recipient: Recipient): void {
    this.cohort?.end();
    this.members.add(recipient);
  }

  /** @returns whether it was one of them */
  delete(recipient: Recipient): boolean {
    this.cohort?.end();
    return this.members.delete(recipient);
  }

  /** @param except who is sent no copy. @returns to how many it goes */
  send(delivery: Delivery, except?: string): number {
    if (this.cohort?.send(delivery, except) !== true) this.sendToEach(delivery, except);
    return this.reached;
  }

  private sendToEach(delivery: Delivery, except: string | undefined): void {
    this.cohort?.end();
    const cohort = this.members.size < MANY ? undefined : this.begin(except);
    this.reached = 0;
    for (const member of this.members) {
      if (except !== undefined && member.id === except) continue;
      member.send(delivery);
      if (cohort && member.join?.(cohort) !== true) cohort.leave(member);
      this.reached += 1;
    }
  }

  /** What the cohort holds is let go when it ends: it can be long until something is sent again. */
  private begin(except: string | undefined): Cohort {
    return (this.cohort = new Cohort(except, () => (this.cohort = undefined)));
  }
}
