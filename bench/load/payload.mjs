/** Bytes of the event that every peer carries, where a scenario doesn't say otherwise. */
const PAYLOAD_BYTES = 120;

/** Comes before the time in a payload, and nowhere else in a frame. */
const MARK = Buffer.from('"t":"');
const DIGITS = 16;
const ZERO = 0x30;

/** JSON of an event. Its time is 0 until `stamp` sets it. */
export function payload(bytes = PAYLOAD_BYTES) {
  const empty = { t: '0'.repeat(DIGITS), text: '' };
  return JSON.stringify({ ...empty, text: 'x'.repeat(bytes - JSON.stringify(empty).length) });
}

/** Where the time of a payload begins in these bytes, or -1. */
export function findStamp(bytes, from = 0) {
  const at = bytes.indexOf(MARK, from);
  return at === -1 ? -1 : at + MARK.length;
}

export function stamp(bytes, at, time) {
  let rest = Math.floor(time);
  for (let digit = at + DIGITS - 1; digit >= at; digit -= 1) {
    bytes[digit] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

export function readStamp(bytes, at) {
  let time = 0;
  for (let digit = at; digit < at + DIGITS; digit += 1) time = time * 10 + bytes[digit] - ZERO;
  return time;
}

export function stampText(time) {
  return String(Math.floor(time)).padStart(DIGITS, '0');
}
