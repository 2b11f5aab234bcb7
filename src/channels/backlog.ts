import type { Delivery } from '../delivery/delivery.js';
import type { Recipient } from '../delivery/audience.js';
import type { Subscriber } from '../delivery/subscriber.js';

/** Frames that are sent one after the other, as fast as they are read. */
export interface Frames {
  readonly length: number;
  frame(at: number): Delivery;
}

/**
 * Stands in for a subscriber while it is sent something long: what comes meanwhile waits here, on its account, so that it
 * gets all in one order. Beyond what may be held for it, it is sent the rest at once, and its outbox decides whether it is too slow.
 */
export class Backlog implements Recipient {
  readonly id: string;
  private waiting: Delivery[] = [];
  private bytes = 0;
  private next = 0;
  private ended = false;

  constructor(
    private readonly subscriber: Subscriber,
    private readonly frames: Frames,
  ) {
    this.id = subscriber.id;
  }

  send(frame: Delivery): void {
    if (this.ended) return this.subscriber.send(frame);
    this.waiting.push(frame);
    this.book(frame.weight);
    if (!this.subscriber.subscriptions.held.fits(0)) this.finish();
  }

  /** Settles when all was sent, or nothing more is to be. */
  async run(): Promise<void> {
    while (!this.ended && !this.subscriber.closed && this.next < this.frames.length) {
      this.sendNext();
      await this.subscriber.drained();
    }
    this.finish();
  }

  /** Nothing more is sent: the subscription is over. */
  drop(): void {
    this.ended = true;
    this.book(-this.bytes);
    this.waiting = [];
  }

  private finish(): void {
    if (this.ended) return;
    const { waiting } = this;
    while (!this.subscriber.closed && this.next < this.frames.length) this.sendNext();
    this.drop();
    for (const frame of waiting) this.subscriber.send(frame);
  }

  private sendNext(): void {
    this.subscriber.send(this.frames.frame(this.next));
    this.next += 1;
  }

  private book(bytes: number): void {
    this.bytes += bytes;
    this.subscriber.subscriptions.held.book(bytes);
  }
}
