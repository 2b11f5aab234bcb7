import type { Socket } from 'node:net';

/** Bytes that are written at once, if not one frame has more. */
const PIECE = 256 * 1024;

/** Writes frames to a socket in their order. Those of one turn of the event loop go out together. */
export class FrameWriter {
  private frames: Buffer[] = [];
  /** Of the frames, and of those that are on their way. */
  private bytes = 0;
  private taken = 0;
  private flushing = false;
  private ended = false;

  constructor(private readonly socket: Socket) {}

  /** Bytes that the other end hasn't taken yet. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /** Bytes that it has taken. */
  get takenBytes(): number {
    return this.taken;
  }

  write(frame: Buffer): void {
    if (this.ended) return;
    this.frames.push(frame);
    this.bytes += frame.length;
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  /** Nothing that waits is written any more. */
  end(): void {
    this.ended = true;
    this.frames = [];
    this.bytes = 0;
  }

  /** Piece by piece, so that it shows whether the other end takes anything. */
  private flush(): void {
    const piece = this.ended ? undefined : this.nextPiece();
    this.flushing = piece !== undefined;
    if (!piece) return;
    this.socket.write(piece, () => {
      this.bytes -= piece.length;
      this.taken += piece.length;
      this.flush();
    });
  }

  private nextPiece(): Buffer | undefined {
    let size = 0;
    let count = 0;
    for (const frame of this.frames) {
      if (count > 0 && size + frame.length > PIECE) break;
      size += frame.length;
      count += 1;
    }
    const [first, ...more] = this.frames.splice(0, count);
    return first && (more.length === 0 ? first : Buffer.concat([first, ...more], size));
  }
}
