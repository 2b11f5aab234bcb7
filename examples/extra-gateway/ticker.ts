import { CLOSE_CODES } from '@edge-hive/protocol';
import type { Delivery } from '../../src/delivery/delivery.js';
import type { Owner, Subscriber } from '../../src/delivery/subscriber.js';
import type { Subscriptions } from '../../src/delivery/subscriptions.js';
import type { Session } from '../../src/session/session.js';

/** One display. It can't be told that something is wrong: it is closed, and gets all rows anew when it comes back. */
export class Ticker implements Subscriber {
  readonly id: string;
  readonly subscriptions: Subscriptions;

  constructor(private readonly session: Session) {
    this.id = session.id;
    this.subscriptions = session.subscriptions;
  }

  get owner(): Owner {
    return this.session.owner;
  }

  get closed(): boolean {
    return this.session.closed;
  }

  send(delivery: Delivery): void {
    switch (delivery.type) {
      case 'resync':
        return this.session.close(CLOSE_CODES.RESTARTING, 'changes were missed: connect again');
      case 'unsubscribed':
        return this.session.close(CLOSE_CODES.FORBIDDEN, 'the subscription ended');
      default:
        this.session.send(delivery);
    }
  }

  drained(): Promise<void> {
    return this.session.drained();
  }
}
