import type { ServerFrame } from '@edge-hive/protocol';
import { FRAME_BYTES, type EncodedFrame } from '../delivery/encoded-frame.js';

/** How many frames of a type a batch holds. */
export interface TypeCount {
  readonly type: ServerFrame['type'];
  count: number;
}

/**
 * A sequence of frames that is written at once. It grows by making its successor, and equal successors are one object:
 * thousands of outboxes that were sent the same frames since the same root hold the same batch, which is joined once.
 */
export class Batch {
  /** Of all frames together. */
  readonly bytes: number;
  /** Frames. */
  readonly length: number;
  private successor: Batch | undefined;
  private joined: Buffer | undefined;
  private counts: readonly TypeCount[] | undefined;
  private announced = false;

  private constructor(
    private readonly before: Batch | undefined,
    private readonly last: EncodedFrame | undefined,
  ) {
    this.length = before ? before.length + 1 : 0;
    this.bytes = (before?.bytes ?? 0) + (last?.bytes.length ?? 0);
  }

  /** What it takes in memory, about. */
  get weight(): number {
    return this.bytes + this.length * FRAME_BYTES;
  }

  /** An empty one. Only batches of one root are shared. */
  static root(): Batch {
    return new Batch(undefined, undefined);
  }

  with(frame: EncodedFrame): Batch {
    // Only the newest successor is remembered: a frame is handed to all its outboxes before the next one is.
    if (this.successor?.last === frame) return this.successor;
    return (this.successor = new Batch(this, frame));
  }

  join(): Buffer {
    return (this.joined ??= this.length === 1 && this.last ? this.last.bytes : this.copy());
  }

  types(): readonly TypeCount[] {
    return (this.counts ??= this.count());
  }

  /** Tells each frame that a socket has been handed it. */
  written(): void {
    if (this.announced) return;
    this.announced = true;
    this.backwards((frame) => frame.written());
  }

  private copy(): Buffer {
    const target = Buffer.allocUnsafe(this.bytes);
    let end = this.bytes;
    this.backwards(({ bytes }) => target.set(bytes, (end -= bytes.length)));
    return target;
  }

  private count(): TypeCount[] {
    const counts: TypeCount[] = [];
    this.backwards(({ type }) => {
      const known = counts.find((entry) => entry.type === type);
      if (known) known.count += 1;
      else counts.push({ type, count: 1 });
    });
    return counts;
  }

  private backwards(visit: (frame: EncodedFrame) => void): void {
    if (this.last) visit(this.last);
    for (let batch = this.before; batch?.last; batch = batch.before) visit(batch.last);
  }
}
