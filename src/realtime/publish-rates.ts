import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { TokenBucket } from '../session/token-bucket.js';

/** Principals whose rates are kept before those are looked for that have their whole burst again, and the pause between. */
const MANY = 1_024;
const PURGE_MS = 1_000;

/** How much each principal publishes, over all of its connections. */
@Injectable()
export class PublishRates {
  private readonly byPrincipal = new Map<string, TokenBucket>();
  private purgedAt = -Infinity;

  constructor(private readonly config: Config) {}

  /** @throws CommandError RATE_LIMITED, beyond so many bytes a second; it names the field that they are in */
  take(principal: string | undefined, size: number, field: 'data' | 'state' = 'data', now = performance.now()): void {
    if (principal === undefined || this.bucketOf(principal, now).take(now, size)) return;
    const { limitPublishBytesPerSecond: rate, limitPublishBytesBurst: burst } = this.config;
    if (size > burst) {
      throw new CommandError('LIMIT_EXCEEDED', `${field} has more than ${burst} bytes: send less at once.`);
    }
    throw new CommandError(
      'RATE_LIMITED',
      `${field}: more than ${rate} bytes a second are published; send less a second.`,
    );
  }

  private bucketOf(principal: string, now: number): TokenBucket {
    const known = this.byPrincipal.get(principal);
    if (known) return known;
    if (this.byPrincipal.size >= MANY) this.purge(now);
    const bucket = new TokenBucket(this.config.limitPublishBytesBurst, this.config.limitPublishBytesPerSecond, now);
    this.byPrincipal.set(principal, bucket);
    return bucket;
  }

  /** A principal that has its whole burst again is as good as one that was never seen. */
  private purge(now: number): void {
    if (now < this.purgedAt + PURGE_MS) return;
    this.purgedAt = now;
    for (const [principal, bucket] of this.byPrincipal) if (bucket.isFull(now)) this.byPrincipal.delete(principal);
  }
}
