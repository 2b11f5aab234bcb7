import { Writable } from 'node:stream';
import { readTextFrames, type TextReceiver } from './text-frames.js';

/** The state in which the reader of `ws` expects a new frame. */
const EXPECTS_FRAME = 0;
const CLOSE = 0x8;

/** Of the reader of `ws`, a Writable, what has to be known of it; its exact version is pinned. */
export interface ReaderInternals {
  readonly _state: number;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
  readonly _opcode: number;
  readonly _errored: boolean;
  write: (chunk: Buffer) => boolean;
}

/** Whose text frames are read ahead. */
export interface AheadOwner extends TextReceiver {
  /** The reader of `ws` was left something, which it may hold until more comes. */
  left(): void;
}

const OWNER = Symbol('owner');

interface AheadReader extends ReaderInternals {
  readonly [OWNER]: AheadOwner;
}

/**
 * Has the whole text frames at the beginning of each chunk read before the reader of `ws` sees it, which makes four objects
 * of each frame and a turn of a stream of each chunk. All else, and whatever comes in the middle of something, is left to it.
 */
export function readAhead(reader: ReaderInternals, owner: AheadOwner): void {
  // One function for all readers: closures of its own would take each connection 400 bytes.
  Object.assign(reader, { [OWNER]: owner, write });
}

/** What the reader of `ws` inherits. */
const passOn = Reflect.get(Writable.prototype, 'write') as (this: unknown, chunk: Buffer) => boolean;

function write(this: AheadReader, chunk: Buffer): boolean {
  const owner = this[OWNER];
  const taken = takeAhead(this, owner, chunk);
  if (taken === chunk.length) return true;
  const goesOn = passOn.call(this, taken === 0 ? chunk : chunk.subarray(taken));
  owner.left();
  return goesOn;
}

/** Reads the whole text frames that a chunk begins with. @returns how many bytes they are; the rest is for the reader of `ws` */
export function takeAhead(reader: ReaderInternals, owner: AheadOwner, chunk: Buffer): number {
  return isBetweenMessages(reader) ? readTextFrames(chunk, owner) : 0;
}

function isBetweenMessages({ _state, _bufferedBytes, _fragmented, _opcode, _errored }: ReaderInternals): boolean {
  return _state === EXPECTS_FRAME && _bufferedBytes === 0 && _fragmented === 0 && _opcode !== CLOSE && !_errored;
}
