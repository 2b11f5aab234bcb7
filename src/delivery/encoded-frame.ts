import type { ServerFrame } from '@edge-hive/protocol';

/** What V8 takes for a frame that waits, about, beside its bytes. */
export const FRAME_BYTES = 256;

/** A delivery as one wire format writes it: the same bytes for every client that gets it. */
export class EncodedFrame {
  /** What it takes in memory while it waits, about. */
  readonly weight: number;

  constructor(
    readonly type: ServerFrame['type'],
    readonly bytes: Buffer,
    /** Called when a client's transport has been handed it. */
    readonly written: () => void,
  ) {
    this.weight = bytes.length + FRAME_BYTES;
  }
}
