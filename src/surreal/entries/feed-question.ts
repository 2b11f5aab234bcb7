/** What is asked of the changefeed begins with this. */
export const SHOW_CHANGES = 'SHOW CHANGES';

/** A request of the SDK that asks for changes; it can say more, such as in which transaction. */
export interface FeedQuestion {
  readonly id: string;
  readonly method: 'query';
  readonly params: readonly [string, ...unknown[]];
}

/** Of `{ id, method: 'query', params: [text] }` in CBOR, but for id and text: heads and keys. */
const BEFORE_ID = Buffer.from('\xa3\x62id', 'latin1');
const BEFORE_TEXT = Buffer.from('\x66method\x65query\x66params\x81', 'latin1');
/** Head of a text: that its length is in the next byte, and that byte. */
const TEXT = 0x78;
const HEAD = 2;
const LONGEST = 0xff;

export function isFeedQuestion(request: unknown): request is FeedQuestion {
  const { id, method, params } = request as Partial<Record<keyof FeedQuestion, unknown>>;
  if (method !== 'query' || typeof id !== 'string' || !Array.isArray(params)) return false;
  const [text] = params as readonly unknown[];
  return typeof text === 'string' && text.startsWith(SHOW_CHANGES);
}

/**
 * In CBOR. The SDK's codec takes twenty times as long for it, and the changefeed is asked a few hundred times a second.
 * @returns `undefined` where it says more than a text, or a longer one
 */
export function encodedQuestion({ id, method: _, params, ...more }: FeedQuestion): Uint8Array | undefined {
  const [text] = params;
  const [idLength, textLength] = [Buffer.byteLength(id), Buffer.byteLength(text)];
  if (params.length > 1 || Object.keys(more).length > 0 || idLength > LONGEST || textLength > LONGEST) return undefined;
  const bytes = Buffer.allocUnsafe(BEFORE_ID.length + BEFORE_TEXT.length + 2 * HEAD + idLength + textLength);
  let at = BEFORE_ID.copy(bytes);
  at += writeText(bytes, at, id, idLength);
  at += BEFORE_TEXT.copy(bytes, at);
  writeText(bytes, at, text, textLength);
  return bytes;
}

/** @returns how many bytes it wrote */
function writeText(bytes: Buffer, at: number, text: string, length: number): number {
  bytes[at] = TEXT;
  bytes[at + 1] = length;
  return HEAD + bytes.write(text, at + HEAD);
}
