const TEXT = 0x81;
const SHORT_HEADER = 2;
const MEDIUM_HEADER = 4;
const LONG_HEADER = 10;
/** Lengths up to these fit a header of two bytes, and of four. */
const SHORT_LENGTH = 125;
const MEDIUM_LENGTH = 0xffff;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** Bytes that a character of JavaScript's can take, at most. */
const CHARACTER_BYTES = 3;
/** Small frames are parts of pieces of memory that are so large, as Node's own small buffers are. */
const SLAB_BYTES = 8 * 1024;
const SMALL_BYTES = SLAB_BYTES / 2;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;

/** Text as a server sends it over a WebSocket: one frame, not masked (RFC 6455, 5.2). */
export function textFrame(text: string): Buffer {
  const most = MEDIUM_HEADER + CHARACTER_BYTES * text.length;
  return most <= SMALL_BYTES ? smallFrame(text, most) : largeFrame(text);
}

/** Writes the text where there is room for it in any case, so that its bytes needn't be counted before. */
function smallFrame(text: string, most: number): Buffer {
  if (used + most > SLAB_BYTES) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  const at = used + MEDIUM_HEADER;
  const length = slab.write(text, at);
  used = at + length;
  const header = length > SHORT_LENGTH ? MEDIUM_HEADER : SHORT_HEADER;
  const frame = slab.subarray(at - header, used);
  writeHeader(frame, header, length);
  return frame;
}

function largeFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length > MEDIUM_LENGTH ? LONG_HEADER : MEDIUM_HEADER;
  const frame = Buffer.allocUnsafe(header + length);
  writeHeader(frame, header, length);
  frame.write(text, header);
  return frame;
}

function writeHeader(frame: Buffer, header: number, length: number): void {
  frame[0] = TEXT;
  if (header === SHORT_HEADER) {
    frame[1] = length;
  } else if (header === MEDIUM_HEADER) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(length, SHORT_HEADER);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(length), SHORT_HEADER);
  }
}
