import { Injectable } from '@nestjs/common';
import { HeldBytes } from '../delivery/held-bytes.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { WireFormat } from '../delivery/wire-format.js';
import type { Batch } from './batch.js';
import { Batches } from './batches.js';
import { FlushWindow } from './flush-window.js';

/** So many outboxes are flushed ahead of a longer flush that is under way. */
const FEW = 64;
/**
 * For how long one flush writes before the event loop has a turn, in ms, while each write carries about one frame. It goes on
 * for as long as that turn took, at least: otherwise more could be read in each turn than is written. Shorter turns cost more:
 * readers that catch up in between have to be woken by the next write.
 */
const SLICE_MS = 4;
/** Outboxes that are flushed between two looks at the clock. */
const LOOKS_AT_CLOCK = 16;
/** Frames a write from which on a flush goes through all outboxes at once: who has the same to write shares its bytes. */
const SHARED = 2;

/** What waits for one client, as all outboxes together see it. */
export interface Flushable {
  /** Bytes of memory for what the kernel has not taken yet. */
  readonly waiting: number;
  /** Writes what waits until the socket takes no more. */
  flush(): void;
}

/**
 * All outboxes: flushes those that were sent something at the end of the tick, or of a window that widens with the load,
 * and counts what waits in all of them together.
 *
 * A flush of many goes on over several turns of the event loop, so that nobody waits for the whole of it to be read, or to
 * be sent what only few are sent.
 */
@Injectable()
export class Outboxes {
  private readonly byFormat = new Map<WireFormat, Batches>();
  private waiting = 0;
  private scheduled: Flushable[] = [];
  /** Whether a flush is to come. */
  private armed = false;
  /** What is left of the flush that is under way. */
  private rest: Flushable[] = [];
  private next = 0;
  /** When it was interrupted. */
  private paused = 0;
  private readonly window = new FlushWindow();
  private dense = false;
  private backwards = false;
  private flushing = false;
  /** What was written last, and how often in a row. */
  private written: Batch | undefined;
  private times = 0;
  private took = 0;
  private writes = 0;
  private frames = 0;

  constructor(
    private readonly held: HeldBytes,
    private readonly metrics: MetricsService,
  ) {
    held.readOutboxes(() => this.waiting);
    metrics.outboxBytes.readFrom(() => this.waiting);
  }

  /** What outboxes of this format share. */
  batchesOf(format: WireFormat): Batches {
    let batches = this.byFormat.get(format);
    if (!batches) this.byFormat.set(format, (batches = new Batches(format)));
    return batches;
  }

  /** Has it flushed at the end of the tick. */
  schedule(outbox: Flushable): void {
    this.scheduled.push(outbox);
    if (!this.armed) this.arm(this.window.wait(performance.now()));
  }

  /** Its socket takes no more: from now on its bytes count. */
  block(outbox: Flushable): void {
    this.grew(outbox.waiting);
  }

  unblock(outbox: Flushable): void {
    this.waiting -= outbox.waiting;
  }

  /** A blocked outbox has so many bytes more, or less. */
  grew(bytes: number): void {
    this.waiting += bytes;
    if (bytes > 0 && this.waiting > this.held.room) this.held.relieve();
  }

  wrote(batch: Batch): void {
    // Most sockets are written what the last one was: it is counted once, with how often.
    if (batch !== this.written) {
      this.count();
      this.written = batch;
      batch.written();
    }
    this.times += 1;
    if (!this.flushing) this.count();
  }

  private count(): void {
    const { written, times } = this;
    this.written = undefined;
    this.times = 0;
    if (!written) return;
    this.writes += times;
    this.frames += times * written.length;
    for (const { type, count } of written.types()) this.metrics.framesSent.of(type).count += times * count;
  }

  private readonly flush = (): void => {
    const began = performance.now();
    const turn = this.next < this.rest.length ? began - this.paused : 0;
    this.flushing = true;
    const { scheduled } = this;
    this.scheduled = [];
    this.armed = false;
    for (const batches of this.byFormat.values()) batches.renew();
    // A flush of many takes a while, and a channel's subscribers come in one order: so nobody is last each time.
    if (this.backwards) scheduled.reverse();
    this.backwards = !this.backwards;
    if (scheduled.length <= FEW) for (const outbox of scheduled) outbox.flush();
    else this.append(scheduled);
    this.goOn(this.dense ? Infinity : began + Math.max(SLICE_MS, turn));
    this.flushing = false;
    this.count();
    this.paused = performance.now();
    this.took += this.paused - began;
    if (this.next === this.rest.length) this.done();
    else if (!this.armed) this.arm(0);
  };

  private arm(wait: number): void {
    this.armed = true;
    if (wait === 0) setImmediate(this.flush);
    else setTimeout(this.flush, wait);
  }

  /** Goes on with the flush that is under way. */
  private goOn(until: number): void {
    while (this.next < this.rest.length) {
      this.rest[this.next]?.flush();
      this.next += 1;
      if (this.next % LOOKS_AT_CLOCK === 0 && performance.now() >= until) return;
    }
  }

  private append(outboxes: Flushable[]): void {
    this.rest = this.next === this.rest.length ? outboxes : this.rest.slice(this.next).concat(outboxes);
    this.next = 0;
  }

  private done(): void {
    const { took, writes, frames } = this;
    this.dense = frames >= SHARED * writes;
    this.window.flushed({ at: performance.now(), took, writes, frames });
    this.rest = [];
    this.next = 0;
    this.took = 0;
    this.writes = 0;
    this.frames = 0;
  }
}
