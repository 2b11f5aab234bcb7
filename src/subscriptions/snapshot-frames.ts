import { EncodedFrame } from '../delivery/encoded-frame.js';
import { encodeRow } from '../values/encode.js';
import { pickPaths, type DatabaseRow, type Path } from '../values/path.js';

/** Rows are gathered into frames of about this many characters. */
const FRAME_CHARACTERS = 64 * 1024;

/** The rows of a snapshot as frames: at least one, the last marked as such. */
export class SnapshotFrames {
  private readonly frames: EncodedFrame[] = [];
  private texts: string[] = [];
  private characters = 0;

  constructor(
    private readonly stream: string,
    private readonly fields: readonly Path[] | undefined,
    /** Told of each frame's bytes as it is made. */
    private readonly grew: (bytes: number) => void = () => undefined,
  ) {}

  /** @returns the characters of its text. */
  add(row: DatabaseRow): number {
    const text = encodeRow(this.fields ? pickPaths(row, this.fields) : row);
    if (this.characters > 0 && this.characters + text.length > FRAME_CHARACTERS) this.finishFrame(false);
    this.texts.push(text);
    this.characters += text.length;
    return text.length;
  }

  finish(): readonly EncodedFrame[] {
    this.finishFrame(true);
    return this.frames;
  }

  /** Forgets all frames, those that were handed out too. */
  clear(): void {
    this.frames.length = 0;
    this.texts = [];
  }

  private finishFrame(last: boolean): void {
    const json = `{"type":"snapshot","stream":"${this.stream}","data":[${this.texts.join(',')}],"last":${last}}`;
    const frame = EncodedFrame.ofJson('snapshot', json);
    this.frames.push(frame);
    this.texts = [];
    this.characters = 0;
    this.grew(frame.weight);
  }
}
