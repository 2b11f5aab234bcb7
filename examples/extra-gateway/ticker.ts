import { randomUUID } from 'node:crypto';
import { CLOSE_CODES, type ServerFrame } from '@edge-hive/protocol';
import type { WebSocket } from 'ws';
import { Subscriptions } from '../../src/delivery/subscriptions.js';
import type { EncodedFrame } from '../../src/delivery/encoded-frame.js';
import type { Subscriber } from '../../src/delivery/subscriber.js';
import { Alarm } from '../../src/session/alarm.js';
import { frameOf } from './frame-of.js';

/** Bytes that may wait for a display that is too slow. */
const OUTBOX_BYTES = 1024 * 1024;
/** A close reason has at most 123 bytes. */
const REASON_CHARACTERS = 40;

/** One display. To the services it is a subscriber like any other. */
export class Ticker implements Subscriber {
  readonly id = randomUUID();
  readonly subscriptions = new Subscriptions(1);
  private readonly alarm = new Alarm();
  private ended = false;
  private written: Promise<void> = Promise.resolve();

  constructor(private readonly socket: WebSocket) {}

  get closed(): boolean {
    return this.ended;
  }

  send(encoded: EncodedFrame): void {
    if (this.ended) return;
    const frame = frameOf(encoded);
    switch (frame.type) {
      case 'snapshot':
        for (const row of frame.data) this.write({ action: 'SNAPSHOT', row });
        break;
      case 'event':
        this.write({ action: frame.action, row: frame.data });
        break;
      case 'resync':
        // A display that connects again gets all rows anew.
        this.close(CLOSE_CODES.RESTARTING, 'changes were missed: connect again');
        break;
      case 'unsubscribed':
        this.close(CLOSE_CODES.FORBIDDEN, frame.message ?? 'ended');
        break;
      default: // A display has no use for the rest.
    }
    encoded.written();
  }

  drained(): Promise<void> {
    return this.written;
  }

  /** @param time Unix time in milliseconds */
  closeAt(time: number): void {
    this.alarm.set(time, () => this.close(CLOSE_CODES.TOKEN_EXPIRED, 'the token expired'));
  }

  close(code: number, reason: string): void {
    this.gone();
    this.socket.close(code, reason.slice(0, REASON_CHARACTERS));
  }

  /** Lets go of the subscription. Not in the middle of a delivery, which may be what closes this ticker. */
  gone(): void {
    if (this.ended) return;
    this.ended = true;
    this.alarm.clear();
    queueMicrotask(() => this.subscriptions.releaseAll());
  }

  private write(message: { action: string; row: Extract<ServerFrame, { type: 'event' }>['data'] }): void {
    if (this.ended) return;
    if (this.socket.bufferedAmount > OUTBOX_BYTES) {
      this.close(CLOSE_CODES.SLOW_CONSUMER, 'too slow');
      return;
    }
    this.written = new Promise((resolve) => this.socket.send(JSON.stringify(message), () => resolve()));
  }
}
