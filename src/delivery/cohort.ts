import type { Delivery } from './delivery.js';

/** What one holds takes this in memory, about, at most. */
const COHORT_BYTES = 64 * 1024;

/** Who is, or was, or might have been of one. */
interface Member {
  send(delivery: Delivery): void;
}

/**
 * Subscribers that were all sent the same last, and are sent the same again: what comes is put down once for all who have
 * joined, instead of into the outbox of each. One that writes, or is sent anything else, leaves, and takes along all that is
 * here for it.
 */
export class Cohort {
  private readonly held: Delivery[] = [];
  /** Those who are sent by themselves what comes. */
  private readonly apart: Member[] = [];
  private weight = 0;
  private over = false;

  /** @param except who is none of it, and is sent nothing. @param ended nothing more comes to it */
  constructor(
    private readonly except: string | undefined,
    private readonly ended: () => void,
  ) {}

  /** What all who have joined are sent, oldest first. */
  get deliveries(): readonly Delivery[] {
    return this.held;
  }

  /** @returns whether all have it; if not, nobody has, and there has to be another cohort */
  send(delivery: Delivery, except: string | undefined): boolean {
    const weight = this.weight + delivery.weight;
    if (this.over || except !== this.except || weight > COHORT_BYTES) return false;
    // Before it is held: who is made to leave meanwhile comes to be one of these.
    for (const subscriber of this.apart) subscriber.send(delivery);
    this.held.push(delivery);
    this.weight = weight;
    return true;
  }

  /** It hasn't joined, or doesn't stay. */
  leave(subscriber: Member): void {
    if (!this.over) this.apart.push(subscriber);
  }

  /** Nothing more comes: all leave, or are others. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.ended();
  }
}
