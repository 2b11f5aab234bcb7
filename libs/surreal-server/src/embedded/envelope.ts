import { decode, type TagDecodeControl, Tokenizer, encode } from 'cborg';

/** The CBOR values of a map's entries as they came: re-encoding would turn 1.0 into 1 and round large integers. */
export type Envelope = Map<string, Uint8Array>;

const NONE_TAG = 6;
const UUID_TEXT_TAG = 9;
const UUID_TAG = 37;
const decodeOptions = { allowIndefinite: true, allowUndefined: true, allowBigInt: true };

/** CBOR of SurrealDB's NONE: null, tagged. */
export const NONE = Uint8Array.of(0xc0 | NONE_TAG, 0xf6);

/** Splits a CBOR map with text keys. Throws when the bytes are anything else. */
export function splitEnvelope(bytes: Uint8Array): Envelope {
  const tokens = new Tokenizer(bytes, decodeOptions);
  const head = tokens.next();
  if (head.type.name !== 'map') throw new Error('expected a CBOR map');
  const envelope: Envelope = new Map();
  for (let entry = 0; entry < Number(head.value); entry++) {
    const key = tokens.next();
    if (key.type.name === 'break') break;
    if (key.type.name !== 'string') throw new Error('expected a text key');
    const start = tokens.pos();
    skipValue(tokens);
    envelope.set(String(key.value), bytes.subarray(start, tokens.pos()));
  }
  return envelope;
}

/** Skips the value at the tokenizer's place; false when it was the end of an indefinite-length container. */
function skipValue(tokens: Tokenizer): boolean {
  const token = tokens.next();
  const { name } = token.type;
  if (name === 'break') return false;
  if (name === 'tag') return skipValue(tokens);
  if (name !== 'array' && name !== 'map') return true;
  const values = Number(token.value) * (name === 'map' ? 2 : 1);
  for (let value = 0; value < values; value++) if (!skipValue(tokens)) break;
  return true;
}

export function joinEnvelope(envelope: Envelope): Buffer {
  const parts: Uint8Array[] = [mapHead(envelope.size)];
  for (const [key, value] of envelope) parts.push(encode(key), value);
  return Buffer.concat(parts);
}

function mapHead(entries: number): Uint8Array {
  return entries < 24 ? Uint8Array.of(0xa0 | entries) : Uint8Array.of(0xb8, entries);
}

/** An array of up to 65,535 values that are CBOR already. */
export function joinArray(values: Uint8Array[]): Buffer {
  return Buffer.concat([Uint8Array.of(0x99, values.length >> 8, values.length & 0xff), ...values]);
}

/** A value of ours as CBOR. */
export const encodeValue = (value: unknown): Uint8Array => encode(value);

/** Text of a CBOR string, or undefined for any other value. */
export function readText(value: Uint8Array | undefined): string | undefined {
  const read = value === undefined ? undefined : readValue(value);
  return typeof read === 'string' ? read : undefined;
}

/** A value with UUIDs as text and NONE as undefined; other tags of SurrealDB are read as what they wrap. */
export function readValue(value: Uint8Array): unknown {
  return decode(value, { ...decodeOptions, useMaps: false, tags });
}

const unwrap = (content: TagDecodeControl): unknown => content();
const tags = {
  ...Object.fromEntries(Array.from({ length: 120 }, (_, tag) => [tag, unwrap])),
  [NONE_TAG]: (content: TagDecodeControl): undefined => void content(),
  [UUID_TEXT_TAG]: unwrap,
  [UUID_TAG]: (content: TagDecodeControl): string => uuidText(content() as Uint8Array),
};

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A UUID's text as SurrealDB's CBOR. */
export function encodeUuid(text: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(0xd8, UUID_TAG, 0x50), Buffer.from(text.replaceAll('-', ''), 'hex')]);
}
