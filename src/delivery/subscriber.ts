import type { Claims } from './claims.js';
import type { EncodedFrame } from './encoded-frame.js';

/** Whom a subscriber belongs to: a principal, or without a token an address. */
export interface Owner {
  readonly kind: 'principal' | 'address';
  readonly name: string;
}

/** Whoever frames are delivered to: a connection, seen without its socket. */
export interface Subscriber {
  readonly id: string;
  /** Whom limits of several subscribers are counted for, such as their principal; absent: this one alone. */
  readonly client?: string | undefined;
  /** For whom counts what it asks for, over all of his connections. Who doesn't say counts as one with all others like him. */
  readonly owner?: Owner;
  /** What it is subscribed to. */
  readonly claims: Claims;
  /** Queues a frame behind all queued before. Does nothing once closed; a full outbox closes the subscriber. */
  send(frame: EncodedFrame): void;
  /** Settles when little enough is waiting that more may be sent in bulk; at once when closed. */
  drained(): Promise<void>;
  readonly closed: boolean;
}
