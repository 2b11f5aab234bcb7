import type { Account } from '../../src/delivery/account.js';
import { Subscriptions } from '../../src/delivery/subscriptions.js';
import type { Delivery } from '../../src/delivery/delivery.js';
import type { Subscriber } from '../../src/delivery/subscriber.js';
import { frameOf } from './frame-of.js';

interface Sent {
  readonly type: string;
  readonly reason?: string;
}

/** A subscriber without a socket, that keeps what it is sent. */
export class Recorder implements Subscriber {
  readonly id = 'recorder';
  readonly subscriptions: Subscriptions;
  readonly closed = false;
  readonly frames: Delivery[] = [];
  /** Settles when it takes what is sent in bulk. */
  reads: Promise<void> = Promise.resolve();

  constructor(held?: Account) {
    this.subscriptions = new Subscriptions(10, held);
  }

  send(delivery: Delivery): void {
    this.frames.push(delivery);
  }

  drained(): Promise<void> {
    return this.reads;
  }

  get sent(): Sent[] {
    return this.frames.map(frameOf);
  }
}
