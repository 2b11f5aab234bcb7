import type { ServerFrame } from '@edge-hive/protocol';
import { textFrame } from './text-frame.js';

/** What V8 takes for a frame that waits, about, beside its bytes. */
export const FRAME_BYTES = 256;

/**
 * A frame encoded once for every socket that gets it: JSON text behind its WebSocket header. What a server sends isn't
 * masked, so the same bytes are right for all.
 */
export class EncodedFrame {
  /** What it takes in memory while it waits, about. */
  readonly weight: number;
  private observer: (() => void) | undefined;

  private constructor(
    readonly type: ServerFrame['type'],
    readonly bytes: Buffer,
  ) {
    this.weight = bytes.length + FRAME_BYTES;
  }

  static of(frame: ServerFrame): EncodedFrame {
    return EncodedFrame.ofJson(frame.type, JSON.stringify(frame));
  }

  /** Of JSON text that is already there. */
  static ofJson(type: ServerFrame['type'], json: string): EncodedFrame {
    return new EncodedFrame(type, textFrame(json));
  }

  /** `observer` is called once, when the first socket has been handed this frame. */
  onFirstWrite(observer: () => void): this {
    this.observer = observer;
    return this;
  }

  written(): void {
    if (this.observer === undefined) return;
    this.observer();
    this.observer = undefined;
  }
}
