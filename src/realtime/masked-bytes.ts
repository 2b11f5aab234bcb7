const WORD = 4;
/** The highest bit of each byte of a word: ASCII has none of them. */
const BEYOND_ASCII = 0x80808080;

const key = new Uint8Array(WORD);
/** The same as a word of this machine. */
const keyWord = new Int32Array(key.buffer);

/**
 * Masks, or unmasks, the bytes from `start` to before `end` by the four bytes before them (RFC 6455, 5.3), a word at a time.
 *
 * @param words the memory that `bytes` is of, see `wordsOf`
 * @returns whether all are ASCII afterwards.
 */
export function unmask(bytes: Uint8Array, words: Int32Array, start: number, end: number): boolean {
  const { byteOffset } = bytes;
  let bits = 0;
  let at = start;
  // Where a word ends, words go on, so that all of them are masked alike.
  const aligned = Math.min(end, start + ((WORD - ((byteOffset + start) % WORD)) % WORD));
  for (; at < aligned; at += 1) bits |= maskByte(bytes, start, at);
  for (let n = 0; n < WORD; n += 1) key[n] = bytes[start - WORD + ((at - start + n) % WORD)] ?? 0;
  const [word = 0] = keyWord;
  const last = (byteOffset + end) >> 2;
  for (let n = (byteOffset + at) >> 2; n < last; n += 1, at += WORD) bits |= words[n] = (words[n] ?? 0) ^ word;
  for (; at < end; at += 1) bits |= maskByte(bytes, start, at);
  return (bits & BEYOND_ASCII) === 0;
}

/** The whole words of the memory that bytes are of. */
export function wordsOf({ buffer }: Uint8Array): Int32Array {
  return new Int32Array(buffer, 0, buffer.byteLength >> 2);
}

function maskByte(bytes: Uint8Array, start: number, at: number): number {
  return (bytes[at] = (bytes[at] ?? 0) ^ (bytes[start - WORD + ((at - start) % WORD)] ?? 0));
}
