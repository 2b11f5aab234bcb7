import type { Cohort } from '../delivery/cohort.js';
import type { Delivery } from '../delivery/delivery.js';
import type { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Batch } from './batch.js';
import type { Batches } from './batches.js';
import type { Flushable, Outboxes } from './outboxes.js';
import type { Sink } from './sink.js';

/** Bytes after which a batch is written on its own: a slow socket is handed its backlog in pieces of about this size. */
const BATCH_BYTES = 256 * 1024;

/** Bytes waiting, at most, for which senders in bulk go on. */
const BULK_BYTES = 64 * 1024;

/** For how long senders in bulk wait for a reader who takes nothing, in ms: what they have to send is in memory. */
const STALLED_MS = 60_000;

/** Whose outbox it is. */
export interface OutboxOwner {
  /** Bytes that may wait. */
  readonly room: number;
  /** More waits than may. Called again if what is left after closing has to go as well, which takes `destroy`. */
  overflowed(): void;
}

/**
 * What waits to be written to one client. Frames of a tick are joined into one write at its end. While the client takes
 * no more, frames wait here, bounded in bytes.
 */
export class Outbox implements Flushable {
  private readonly batches: Batches;
  private filling: Batch | undefined;
  private filled: Batch[] | undefined;
  /** What has to be written behind that. Nobody is in one whose socket takes no more, or who has nothing to write. */
  private cohort: Cohort | undefined;
  private queued = 0;
  private inFlight = 0;
  private blocked = false;
  private listening = false;
  private scheduled = false;
  private ended = false;
  private waiters: (() => void)[] | undefined;
  private patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly sink: Sink,
    private readonly owner: OutboxOwner,
    private readonly outboxes: Outboxes,
  ) {
    this.batches = outboxes.batchesOf(sink.format);
  }

  /** Bytes of memory for what the kernel has not taken yet. */
  get waiting(): number {
    return this.queued + this.inFlight;
  }

  /** Of them, those that wait since the socket takes no more. */
  get held(): number {
    return this.blocked ? this.waiting : 0;
  }

  send(delivery: Delivery): void {
    if (this.cohort) this.leave(this.cohort);
    this.put(delivery);
  }

  /** Has what the cohort is sent from now on written, too. @returns whether it does */
  join(cohort: Cohort): boolean {
    if (this.cohort || this.blocked || !this.scheduled) return false;
    this.cohort = cohort;
    return true;
  }

  overflow(): void {
    this.owner.overflowed();
  }

  /**
   * Settles when little enough waits that more may be sent in bulk; at once when closed. A reader who takes nothing for a
   * minute meanwhile has overflowed.
   */
  drained(): Promise<void> {
    if (this.ended || (!this.blocked && this.queued <= BULK_BYTES)) return Promise.resolve();
    this.patience ??= setTimeout(() => this.overflow(), STALLED_MS);
    return new Promise((resolve) => (this.waiters ??= []).push(resolve));
  }

  /** Writes what waits until the socket takes no more. */
  flush(): void {
    if (this.cohort) {
      // The others write next: what comes from now on is for another write.
      this.cohort.end();
      this.leave(this.cohort);
    }
    this.scheduled = false;
    while (!this.blocked && this.writeNext());
    if (this.waiting <= BULK_BYTES) this.settle();
  }

  /** Nothing is sent any more. What waits is still written if it is little, or if the socket takes it at once. */
  close(): void {
    if (this.ended) return;
    if (this.cohort) this.leave(this.cohort);
    const little = this.waiting <= BATCH_BYTES;
    while ((little || !this.blocked) && this.writeNext());
    this.ended = true;
    this.drop();
    this.settle();
  }

  /** The socket is gone. */
  destroy(): void {
    this.close();
    this.unblock();
  }

  private put(delivery: Delivery): void {
    if (this.ended) return;
    const frame = delivery.in(this.batches.format);
    if (!frame) return;
    const size = frame.weight;
    if (!this.fits(size)) {
      this.overflow();
      return;
    }
    this.append(frame);
    this.queued += size;
    if (this.blocked) {
      this.outboxes.grew(size);
    } else if (!this.scheduled) {
      this.scheduled = true;
      this.outboxes.schedule(this);
    }
  }

  /** Takes along what the cohort was sent: at once where that fits, which it nearly always does. */
  private leave(cohort: Cohort): void {
    this.cohort = undefined;
    cohort.leave(this);
    const before = this.filling ?? this.batches.root;
    const after = this.batches.withAll(before, cohort);
    const size = after.weight - before.weight;
    if (this.waiting + size > this.owner.room || after.bytes >= BATCH_BYTES) {
      for (const delivery of cohort.deliveries) this.put(delivery);
      return;
    }
    if (size > 0) this.filling = after;
    this.queued += size;
  }

  private fits(size: number): boolean {
    const { room } = this.owner;
    if (this.waiting + size <= room) return true;
    // Much in one tick doesn't make a slow consumer: only what the socket leaves waiting counts.
    if (!this.blocked) this.flush();
    return !this.blocked || this.waiting + size <= room;
  }

  private append(frame: EncodedFrame): void {
    const batch = (this.filling ?? this.batches.root).with(frame);
    if (batch.bytes < BATCH_BYTES) {
      this.filling = batch;
    } else {
      (this.filled ??= []).push(batch);
      this.filling = undefined;
    }
  }

  private writeNext(): boolean {
    const batch = this.take();
    if (!batch) return false;
    if (!this.sink.writable) {
      this.drop();
      return false;
    }
    this.sink.write(batch.join());
    this.outboxes.wrote(batch);
    // `write` answers false for a large batch that the kernel took at once, too. Below the high-water mark there would be
    // no `drain` to wait for.
    if (!this.blocked && this.sink.backlog > 0 && this.sink.congested) this.block();
    return true;
  }

  private take(): Batch | undefined {
    const batch = this.filled?.shift() ?? this.filling;
    if (batch === this.filling) this.filling = undefined;
    if (this.filled?.length === 0) this.filled = undefined;
    if (!batch) return undefined;
    this.queued -= batch.weight;
    if (this.blocked) this.inFlight += batch.bytes;
    return batch;
  }

  private block(): void {
    this.blocked = true;
    this.inFlight = this.sink.backlog;
    this.outboxes.block(this);
    if (this.listening) return;
    this.listening = true;
    this.sink.onDrain(() => {
      this.patience?.refresh();
      this.unblock();
      this.flush();
    });
  }

  private unblock(): void {
    if (!this.blocked) return;
    this.outboxes.unblock(this);
    this.blocked = false;
    this.inFlight = 0;
  }

  private drop(): void {
    if (this.blocked) this.outboxes.grew(-this.queued);
    this.queued = 0;
    this.filling = undefined;
    this.filled = undefined;
  }

  private settle(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    const { waiters } = this;
    this.waiters = undefined;
    for (const resolve of waiters ?? []) resolve();
  }
}
