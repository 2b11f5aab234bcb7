/** Bytes of the event that every peer carries, where a scenario doesn't say otherwise. */
const PAYLOAD_BYTES = 120;

/** Comes before the time in a payload, and nowhere else in a frame. */
const MARK = Buffer.from('"t":"');
const DIGITS = 16;

/** JSON of an event. Its time is 0 until it is sent. */
export function payload(bytes = PAYLOAD_BYTES) {
  const empty = { t: '0'.repeat(DIGITS), text: '' };
  return JSON.stringify({ ...empty, text: 'x'.repeat(bytes - JSON.stringify(empty).length) });
}

/** Where the time of a payload begins in these bytes, or -1. */
export function findStamp(bytes, from = 0) {
  const at = bytes.indexOf(MARK, from);
  return at === -1 ? -1 : at + MARK.length;
}

export function stampText(time) {
  return String(Math.floor(time)).padStart(DIGITS, '0');
}
