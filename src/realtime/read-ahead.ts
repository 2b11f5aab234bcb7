import { readTextFrames } from './text-frames.js';

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

/**
 * Has the whole text frames at the beginning of each chunk read before the reader of `ws` sees it, which makes four objects
 * of each frame and a turn of a stream of each chunk. All else, and whatever comes in the middle of something, is left to it.
 *
 * @param left is called when it was left something, which it may hold until more comes
 */
export function readAhead(
  reader: ReaderInternals,
  limit: number,
  receive: (payload: Buffer) => void,
  left: () => void,
): void {
  const write = reader.write.bind(reader);
  reader.write = (chunk) => {
    const taken = isBetweenMessages(reader) ? readTextFrames(chunk, limit, receive) : 0;
    if (taken === chunk.length) return true;
    const goesOn = write(taken === 0 ? chunk : chunk.subarray(taken));
    left();
    return goesOn;
  };
}

function isBetweenMessages({ _state, _bufferedBytes, _fragmented, _opcode, _errored }: ReaderInternals): boolean {
  return _state === EXPECTS_FRAME && _bufferedBytes === 0 && _fragmented === 0 && _opcode !== CLOSE && !_errored;
}
