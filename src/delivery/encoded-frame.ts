import type { ServerFrame } from '@edge-hive/protocol';

const TEXT_FRAME = 0x81;

/** What V8 takes for a frame that waits, about, beside its bytes. */
export const FRAME_BYTES = 256;

/**
 * A frame encoded once for every socket that gets it: JSON text behind its WebSocket header. Frames that a server sends
 * are not masked (RFC 6455, 5.1), so the same bytes are right for all.
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
    const length = Buffer.byteLength(json);
    const offset = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    const bytes = Buffer.allocUnsafe(offset + length);
    bytes[0] = TEXT_FRAME;
    if (offset === 2) {
      bytes[1] = length;
    } else if (offset === 4) {
      bytes[1] = 126;
      bytes.writeUInt16BE(length, 2);
    } else {
      bytes[1] = 127;
      bytes.writeBigUInt64BE(BigInt(length), 2);
    }
    bytes.write(json, offset);
    return new EncodedFrame(type, bytes);
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
