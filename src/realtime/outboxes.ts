import { Injectable } from '@nestjs/common';
import { HeldBytes } from '../delivery/held-bytes.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Batch } from './batch.js';
import { FlushWindow } from './flush-window.js';
import type { Outbox } from './outbox.js';

/**
 * All outboxes: flushes those that were sent something at the end of the tick, or of a window that widens with the load,
 * and counts what waits in all of them together.
 */
@Injectable()
export class Outboxes {
  /** What batches of this tick grow from. */
  root = Batch.root();
  private waiting = 0;
  private scheduled: Outbox[] = [];
  private readonly window = new FlushWindow();
  private backwards = false;

  constructor(
    private readonly held: HeldBytes,
    private readonly metrics: MetricsService,
  ) {
    held.readOutboxes(() => this.waiting);
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
    this.grew(outbox.waiting);
  }

  unblock(outbox: Outbox): void {
    this.waiting -= outbox.waiting;
  }

  /** A blocked outbox has so many bytes more, or less. */
  grew(bytes: number): void {
    this.waiting += bytes;
    if (bytes > 0 && this.waiting > this.held.room) this.held.relieve();
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
}
