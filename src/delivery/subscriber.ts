import type { Cohort } from './cohort.js';
import type { Subscriptions } from './subscriptions.js';
import type { Delivery } from './delivery.js';

/** Whom a subscriber belongs to: a principal, or without a token an address. */
export interface Owner {
  readonly kind: 'principal' | 'address';
  readonly name: string;
  /** Of a principal, until when its token is good: Unix time in seconds. Absent: for ever. */
  readonly expires?: number | undefined;
}

const NOBODY: Owner = { kind: 'address', name: 'nobody' };

/** Whom a subscriber counts for. Who doesn't say counts as one with all others like him. */
export function ownerOf({ owner }: Subscriber): Owner {
  return owner ?? NOBODY;
}

/** One text for each owner: the name of a principal can look like an address. */
export function ownerKey({ kind, name }: Owner): string {
  return `${kind} ${name}`;
}

/** Whoever something is delivered to: a connection, seen without its socket. */
export interface Subscriber {
  readonly id: string;
  /** For whom counts what it asks for, over all of his connections. */
  readonly owner?: Owner;
  /** What it is subscribed to. */
  readonly subscriptions: Subscriptions;
  /** Queues what is delivered behind all that was queued before. Does nothing once closed; a full outbox closes the subscriber. */
  send(delivery: Delivery): void;
  /**
   * From now on it is sent what the cohort is sent, behind all that was queued before.
   * @returns whether it has joined; absent: it never does
   */
  join?(cohort: Cohort): boolean;
  /** Settles when little enough is waiting that more may be sent in bulk; at once when closed. */
  drained(): Promise<void>;
  readonly closed: boolean;
  /** A subscription of it was ended since its rights are others now. Absent: nobody wants to know. */
  lostRights?(): void;
  /**
   * The code with which it was closed, by whichever side: known when its subscriptions are released. 1006: it went without a
   * word. Absent while it is open, and of those that don't say.
   */
  readonly closeCode?: number | undefined;
}
