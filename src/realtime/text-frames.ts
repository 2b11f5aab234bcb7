import { isUtf8 } from 'node:buffer';
import { unmask, wordsOf } from './masked-bytes.js';

/** FIN and the opcode of text, without extensions. */
const WHOLE_TEXT = 0x81;
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const SHORT_HEADER = 2;
const MEDIUM_HEADER = 4;
const MASK_BYTES = 4;

/** Who takes them. */
export interface TextReceiver {
  /** Bytes that a frame may have. */
  readonly textBytes: number;
  receive(payload: Buffer): void;
}

/**
 * Reads the whole text frames of a client (RFC 6455, 5.2) that a chunk begins with, unmasks them in place and hands out their
 * payloads, as long as they are what nearly all frames are: text in one piece, complete, masked, of less than 64 KiB.
 *
 * @returns how many bytes that were. What comes behind them, right or wrong, is for a full reader.
 */
export function readTextFrames(chunk: Buffer, receiver: TextReceiver): number {
  const { textBytes } = receiver;
  const words = wordsOf(chunk);
  let at = 0;
  while (chunk[at] === WHOLE_TEXT) {
    const second = chunk[at + 1] ?? 0;
    if (second < MASKED) break;
    let size = second & LENGTH;
    let header = SHORT_HEADER;
    if (size >= LENGTH_16) {
      if (size > LENGTH_16 || at + MEDIUM_HEADER > chunk.length) break;
      size = chunk.readUInt16BE(at + SHORT_HEADER);
      header = MEDIUM_HEADER;
    }
    const from = at + header + MASK_BYTES;
    const end = from + size;
    if (end > chunk.length || size > textBytes) break;
    const payload = chunk.subarray(from, end);
    const ascii = unmask(chunk, words, from, end);
    if (!ascii && !isUtf8(payload)) {
      // Masking again is unmasking: the full reader finds the frame as it came.
      unmask(chunk, words, from, end);
      break;
    }
    receiver.receive(payload);
    at = end;
  }
  return at;
}
