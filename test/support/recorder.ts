import type { Account } from '../../src/delivery/account.js';
import { Subscriptions } from '../../src/delivery/subscriptions.js';
import type { EncodedFrame } from '../../src/delivery/encoded-frame.js';
import type { Subscriber } from '../../src/delivery/subscriber.js';

interface Sent {
  readonly type: string;
  readonly reason?: string;
}

/** A subscriber without a socket, that keeps what it is sent. */
export class Recorder implements Subscriber {
  readonly id = 'recorder';
  readonly subscriptions: Subscriptions;
  readonly closed = false;
  readonly frames: EncodedFrame[] = [];
  /** Settles when it takes what is sent in bulk. */
  reads: Promise<void> = Promise.resolve();

  constructor(held?: Account) {
    this.subscriptions = new Subscriptions(10, held);
  }

  send(frame: EncodedFrame): void {
    this.frames.push(frame);
  }

  drained(): Promise<void> {
    return this.reads;
  }

  get sent(): Sent[] {
    return this.frames.map(({ bytes }) => JSON.parse(bytes.subarray(bytes.indexOf('{')).toString()) as Sent);
  }
}
