import { unavailable } from '../../redis/in-flight.js';
import type { Place } from './place.js';

/** Publishes that one call carries, at most, and bytes of them: Redis does nothing else meanwhile, for some milliseconds. */
const MOST_AT_ONCE = 256;
const MOST_BYTES = 256 * 1024;

/** A publish that waits to be sent. */
export interface WaitingPublish {
  readonly channel: string;
  /** The name of its idempotency key in Redis, where it has one. */
  readonly once: string | undefined;
  /** What is kept of the channel, 0: nothing. */
  readonly size: number;
  readonly age: number;
  readonly body: string;
  /** By `performance.now()`: whoever published it is told by then that it failed. */
  readonly deadline: number;
  /** With its place, or why it was not carried out. */
  readonly settle: (outcome: Place | Error) => void;
}

/**
 * Publishes on their way to one place in Redis, in their order. What comes while a call is under way goes with the next one: alone it is
 * sent at once, and the more come, the less each costs.
 */
export class PublishLane {
  private waiting: WaitingPublish[] = [];
  private busy = false;

  constructor(
    /** Carries them out in one call, and settles each. */
    private readonly send: (publishes: readonly WaitingPublish[]) => Promise<void>,
    private readonly onIdle: () => void,
  ) {}

  add(publish: WaitingPublish): void {
    this.waiting.push(publish);
    if (this.busy) return;
    this.busy = true;
    // What comes within this turn of the event loop goes together.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    for (let publishes = this.next(); publishes.length > 0; publishes = this.next()) {
      try {
        await this.send(publishes);
      } catch (error) {
        for (const { settle } of publishes) settle(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.busy = false;
    this.onIdle();
  }

  private next(): readonly WaitingPublish[] {
    const now = performance.now();
    const publishes: WaitingPublish[] = [];
    let count = 0;
    let bytes = 0;
    for (const publish of this.waiting) {
      bytes += publish.body.length;
      if (publishes.length === MOST_AT_ONCE || (publishes.length > 0 && bytes > MOST_BYTES)) break;
      count += 1;
      // Whoever was told that it failed may have published it again.
      if (publish.deadline > now) publishes.push(publish);
      else publish.settle(unavailable());
    }
    this.waiting = this.waiting.slice(count);
    return publishes;
  }
}
