/** Levels of arrays and objects that are followed. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const LETTER_E = 0x65;
const LETTER_U = 0x75;
/** Behind a backslash: `" \ / b f n r t`. */
const ESCAPES: readonly boolean[] = flags('"\\/bfnrt');
const HEX_DIGITS: readonly boolean[] = flags('0123456789abcdefABCDEF');
const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')] as const;

/** A number with fewer digits, and fewer in its exponent, can't be too large. */
const MANY_DIGITS = 200;
const MANY_EXPONENT_DIGITS = 3;

/** Which containers are open, innermost last. Shared: nothing in here waits. */
const open = new Uint8Array(MAX_DEPTH);

/**
 * Where the JSON value ends that begins at `at` (RFC 8259, white space before it included): -1 if there is none, or if it is
 * nested more deeply than 64 levels, or has a number beyond 1.8e308, which whoever reads it may take for anything. So text that came in can go
 * out as it is. The bytes have to be UTF-8.
 */
export function endOfJson(bytes: Uint8Array, at: number): number {
  let depth = 0;
  let place = skipSpace(bytes, at);
  for (;;) {
    const first = bytes[place];
    if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
      if (depth === MAX_DEPTH) return -1;
      const close = first + 2; // as ] and } are behind [ and {
      const next = skipSpace(bytes, place + 1);
      if (bytes[next] === close) {
        place = next + 1;
      } else {
        open[depth] = close;
        depth += 1;
        place = first === OPEN_OBJECT ? afterName(bytes, next) : next;
        if (place === -1) return -1;
        continue;
      }
    } else {
      place = endOfScalar(bytes, place);
    }
    // A value has ended: containers that end with it, or the next member.
    for (;;) {
      if (place === -1 || depth === 0) return place;
      place = skipSpace(bytes, place);
      if (bytes[place] !== open[depth - 1]) break;
      depth -= 1;
      place += 1;
    }
    if (bytes[place] !== COMMA) return -1;
    place = skipSpace(bytes, place + 1);
    if (open[depth - 1] === CLOSE_OBJECT) place = afterName(bytes, place);
    if (place === -1) return -1;
  }
}

/** Behind the closing quote of the text whose opening quote is at `at`, or -1. */
function endOfText(bytes: Uint8Array, at: number): number {
  for (let place = at + 1; place < bytes.length; place += 1) {
    const byte = bytes[place] ?? 0;
    if (byte === QUOTE) return place + 1;
    if (byte < 0x20) return -1;
    if (byte !== BACKSLASH) continue;
    place += 1;
    const escape = bytes[place] ?? 0;
    if (escape === LETTER_U) {
      for (let digit = 1; digit <= 4; digit += 1) if (!HEX_DIGITS[bytes[place + digit] ?? 0]) return -1;
      place += 4;
    } else if (!ESCAPES[escape]) {
      return -1;
    }
  }
  return -1;
}

function afterName(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  const end = endOfText(bytes, at);
  if (end === -1) return -1;
  const colon = skipSpace(bytes, end);
  return bytes[colon] === COLON ? skipSpace(bytes, colon + 1) : -1;
}

function endOfScalar(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return endOfText(bytes, at);
  if (first === MINUS || isDigit(first)) return endOfNumber(bytes, at);
  for (const word of WORDS) {
    if (first !== word[0]) continue;
    for (let letter = 1; letter < word.length; letter += 1) if (bytes[at + letter] !== word[letter]) return -1;
    return at + word.length;
  }
  return -1;
}

function endOfNumber(bytes: Uint8Array, at: number): number {
  let place = bytes[at] === MINUS ? at + 1 : at;
  place = bytes[place] === ZERO ? place + 1 : endOfDigits(bytes, place);
  if (place !== -1 && bytes[place] === POINT) place = endOfDigits(bytes, place + 1);
  let exponent = place;
  if (place !== -1 && ((bytes[place] ?? 0) | 0x20) === LETTER_E) {
    const sign = bytes[place + 1];
    exponent = sign === PLUS || sign === MINUS ? place + 2 : place + 1;
    place = endOfDigits(bytes, exponent);
  }
  if (place - exponent < MANY_EXPONENT_DIGITS && place - at < MANY_DIGITS) return place;
  return Number.isFinite(Number(new TextDecoder().decode(bytes.subarray(at, place)))) ? place : -1;
}

/** One digit at least. */
function endOfDigits(bytes: Uint8Array, at: number): number {
  let place = at;
  while (isDigit(bytes[place])) place += 1;
  return place === at ? -1 : place;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  let place = at;
  for (;;) {
    const byte = bytes[place];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return place;
    place += 1;
  }
}

function flags(characters: string): boolean[] {
  const set = new Array<boolean>(256).fill(false);
  for (const character of characters) set[character.charCodeAt(0)] = true;
  return set;
}
