import type { FeedClock } from './feed-clock.js';

/** Part of the retention in which a change is there for sure, whatever the clocks say. */
const CERTAINLY_KEPT = 0.5;

/**
 * Whether a feed still is the one that was read. It has to hold the newest change that was read from it: one that doesn't
 * was made anew or set back. What the database no longer keeps by itself is not asked for.
 */
export class FeedContinuity {
  private newest: bigint | undefined;
  private lastRead = Date.now();

  /** For how long the database keeps what was read, in ms; 0 when it isn't known. */
  retentionMs = 0;

  constructor(private readonly clock: FeedClock) {}

  /** Another feed is read from now on. */
  begin(): void {
    this.newest = undefined;
    this.lastRead = Date.now();
  }

  /** A transaction was read. */
  saw(stamp: bigint): void {
    if (this.newest === undefined || stamp > this.newest) this.newest = stamp;
  }

  /** The feed was read to its end. */
  wasRead(): void {
    this.lastRead = Date.now();
  }

  /** The stamp that the feed has to hold; `undefined` when nothing was read yet, or nothing has happened for long. */
  get expected(): bigint | undefined {
    if (this.newest === undefined) return undefined;
    const age = Date.now() - this.clock.milliseconds(this.newest);
    if (age > this.retentionMs * CERTAINLY_KEPT) this.newest = undefined;
    return this.newest;
  }

  /** Whether nothing was read for so long that what came meanwhile can be gone again, without a trace. */
  get overslept(): boolean {
    return this.retentionMs > 0 && Date.now() - this.lastRead > this.retentionMs * CERTAINLY_KEPT;
  }
}
