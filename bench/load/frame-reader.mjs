const TEXT = 0x81;
const SHORT_HEADER = 2;

/** Bytes of a payload that tell what it is. */
const HEAD_BYTES = 16;

/**
 * Reads the WebSocket frames of one socket by their headers alone. What is marked as a delivery or an acknowledgement is
 * counted where it lies; only other frames are handed on, whole.
 *
 * A mark is two bytes of the payload at a known place: `{ at, code }`.
 */
export class FrameReader {
  #skip = 0;
  #rest;

  constructor(dialect, tally, onOther) {
    this.delivery = dialect.delivery;
    this.acknowledgement = dialect.acknowledgement;
    this.tally = tally;
    this.onOther = onOther;
    this.deliveries = 0;
    this.acknowledgements = 0;
  }

  /** Reads the first `length` bytes, which are overwritten afterwards. */
  read(buffer, length) {
    if (this.#skip >= length) {
      this.#skip -= length;
      return;
    }
    let [bytes, end, at] = [buffer, length, this.#skip];
    if (this.#rest) {
      bytes = Buffer.concat([this.#rest, buffer.subarray(0, length)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    while (at < end) {
      const size = this.#frame(bytes, at, end);
      if (size === 0) {
        this.#rest = Buffer.from(bytes.subarray(at, end));
        at = end;
      } else {
        at += size;
      }
    }
    this.#skip = at - end;
  }

  /** Size of the frame, or 0 if more of it has to come first. */
  #frame(bytes, at, end) {
    if (end - at < SHORT_HEADER) return 0;
    let size = bytes[at + 1];
    let from = at + SHORT_HEADER;
    if (size === 126) {
      from = at + 4;
      if (from > end) return 0;
      size = (bytes[at + 2] << 8) | bytes[at + 3];
    } else if (size === 127) {
      from = at + 10;
      if (from > end) return 0;
      size = Number(bytes.readBigUInt64BE(at + 2));
    }
    const complete = from + size <= end;
    if (!complete && end - from < HEAD_BYTES) return 0;
    if (bytes[at] === TEXT && this.#marked(this.delivery, bytes, from, size)) {
      this.deliveries += 1;
      this.tally.delivered(bytes, from, complete);
    } else if (bytes[at] === TEXT && this.#marked(this.acknowledgement, bytes, from, size)) {
      this.acknowledgements += 1;
      this.tally.acknowledgements += 1;
    } else if (complete) {
      this.onOther(bytes[at] & 0xf, bytes.toString('utf8', from, from + size));
    } else {
      return 0;
    }
    return from - at + size;
  }

  #marked({ at, code }, bytes, from, size) {
    return size >= at + 2 && ((bytes[from + at] << 8) | bytes[from + at + 1]) === code;
  }
}
