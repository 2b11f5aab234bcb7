import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Batch } from './batch.js';
import type { Outbox } from './outbox.js';

/**
 * All outboxes: flushes those that were sent something, once at the end of each tick, and bounds what waits in all of
 * them together. The busier the process, the more input one turn of the event loop serves, and the more frames one write
 * carries; an idle one writes at once.
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
    if (this.scheduled.length === 0) setImmediate(() => this.flush());
    this.scheduled.push(outbox);
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

  /** A blocked outbox has so many bytes more, or less. Beyond the limit the largest one has to go. */
  grew(bytes: number): void {
    this.waiting += bytes;
    if (bytes > 0 && this.waiting > this.totalLimit) this.largest()?.overflow();
  }

  wrote(batch: Batch): void {
    for (const { type, count } of batch.types()) this.metrics.framesSent.of(type).count += count;
    batch.written();
  }

  private flush(): void {
    const { scheduled } = this;
    this.scheduled = [];
    this.root = Batch.root();
    for (const outbox of scheduled) outbox.flush();
  }

  private largest(): Outbox | undefined {
    let largest: Outbox | undefined;
    for (const outbox of this.blocked) if (outbox.waiting > (largest?.waiting ?? 0)) largest = outbox;
    return largest;
  }
}
