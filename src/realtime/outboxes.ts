import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Batch } from './batch.js';
import { FlushWindow } from './flush-window.js';
import type { Outbox } from './outbox.js';

/** Of the limit for all together, what is left waiting when it was passed: so that nobody looks for the largest each time. */
const RELIEVED = 0.9;

/**
 * All outboxes: flushes those that were sent something at the end of the tick, or of a window that widens with the load,
 * and bounds what waits in all of them together.
 */
@Injectable()
export class Outboxes {
  /** Bytes that may wait in one. */
  readonly limit: number;
  /** What batches of this tick grow from. */
  root = Batch.root();
  private readonly totalLimit: number;
  private readonly blocked = new Set<Outbox>();
  private waiting = 0;
  private scheduled: Outbox[] = [];
  private readonly window = new FlushWindow();
  private backwards = false;

  constructor(
    config: Config,
    private readonly metrics: MetricsService,
  ) {
    this.limit = config.limitOutboxBytes;
    this.totalLimit = config.limitOutboxTotalBytes;
    metrics.outboxBytes.readFrom(() => this.waiting);
  }

  /** Has it flushed at the end of the tick. */
  schedule(outbox: Outbox): void {
    if (this.scheduled.push(outbox) > 1) return;
    const wait = this.window.wait(performance.now());
    if (wait === 0) setImmediate(this.flush);
    else setTimeout(this.flush, wait);
  }

  /** Its socket takes no more: from now on its bytes count. */
  block(outbox: Outbox): void {
    this.blocked.add(outbox);
    this.grew(outbox.waiting);
  }

  unblock(outbox: Outbox): void {
    this.blocked.delete(outbox);
    this.waiting -= outbox.waiting;
  }

  /** A blocked outbox has so many bytes more, or less. Beyond the limit the largest have to go. */
  grew(bytes: number): void {
    this.waiting += bytes;
    if (bytes > 0 && this.waiting > this.totalLimit) this.relieve();
  }

  wrote(batch: Batch): void {
    for (const { type, count } of batch.types()) this.metrics.framesSent.of(type).count += count;
    batch.written();
  }

  private readonly flush = (): void => {
    const { scheduled } = this;
    const began = performance.now();
    this.scheduled = [];
    this.root = Batch.root();
    // A flush of many takes a while, and a channel's subscribers come in one order: so nobody is last each time.
    if (this.backwards) scheduled.reverse();
    this.backwards = !this.backwards;
    for (const outbox of scheduled) outbox.flush();
    this.window.flushed(began, performance.now());
  };

  private relieve(): void {
    // Who was closed and still holds something doesn't read: no more of it is waited for.
    for (const outbox of [...this.blocked]) if (outbox.closed) outbox.overflow();
    let excess = this.waiting - RELIEVED * this.totalLimit;
    for (const outbox of [...this.blocked].sort((a, b) => b.waiting - a.waiting)) {
      if (excess <= 0) return;
      excess -= outbox.waiting;
      outbox.overflow();
    }
  }
}
