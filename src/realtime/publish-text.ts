import {
  canonicalChannelName,
  MAX_CHANNEL_LENGTH,
  MAX_EVENT_LENGTH,
  MAX_KEY_LENGTH,
} from '../channels/channel-name.js';
import { endOfJson } from './json-text.js';
import { ID_LENGTH } from './parse-frame.js';

/** A `publish` as it came. */
export interface PublishText {
  readonly id: string | undefined;
  readonly channel: string;
  readonly event: string;
  /** JSON text. */
  readonly data: string;
  readonly key: string | undefined;
  readonly echo: boolean;
}

const BEGINNING = Buffer.from('{"type":"publish"');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const CLOSE_OBJECT = 0x7d;
const FIRST_PRINTABLE = 0x20;
const FIRST_BEYOND_ASCII = 0x80;

/** Fields that may come behind the type; of texts, how many characters of each there have to be. */
const FIELDS = [
  { name: Buffer.from('channel'), slot: 1, least: 1, most: MAX_CHANNEL_LENGTH },
  { name: Buffer.from('event'), slot: 2, least: 1, most: MAX_EVENT_LENGTH },
  { name: Buffer.from('data') },
  { name: Buffer.from('id'), slot: 0, least: 0, most: ID_LENGTH },
  { name: Buffer.from('key'), slot: 3, least: 1, most: MAX_KEY_LENGTH },
  { name: Buffer.from('echo') },
] as const;
const [, , DATA] = FIELDS;
/** Of the texts, the channel and the event. */
const NEEDED = 0b110;

/** Whether it begins as one that is written as clients write it. */
export function isPublish(bytes: Buffer): boolean {
  return matches(bytes, 0, BEGINNING);
}

/**
 * Reads a `publish` where it lies, if it is written as clients write one: `type` first, no white space between the fields, no
 * escapes but in `data`, each field once and as it has to be. Its `data` is found to be JSON, and no value is made of it.
 * `undefined` for any other frame, right or wrong: the usual way reads it, and says what is wrong.
 *
 * @param before where and what the connection published last: the same again is not made anew
 */
export function readPublish(bytes: Buffer, before?: Pick<PublishText, 'channel' | 'event'>): PublishText | undefined {
  if (!isPublish(bytes)) return undefined;
  const texts: (string | undefined)[] = [undefined, before?.channel, before?.event, undefined];
  let found = 0;
  let data: string | undefined;
  let echo: boolean | undefined;
  let place = BEGINNING.length;
  while (bytes[place] === COMMA) {
    const nameEnd = endOfPlainText(bytes, place + 1);
    if (bytes[nameEnd] !== COLON) return undefined;
    const field = fieldAt(bytes, place + 2, nameEnd - 1);
    const from = nameEnd + 1;
    if (field && 'slot' in field) {
      place = endOfPlainText(bytes, from);
      const once = 1 << field.slot;
      if (place === -1 || found & once) return undefined;
      found |= once;
      const text = textOf(bytes, from + 1, place - 1, texts[field.slot]);
      if (text.length < field.least || text.length > field.most) return undefined;
      texts[field.slot] = text;
    } else if (field === DATA) {
      place = endOfJson(bytes, from);
      if (place === -1 || data !== undefined) return undefined;
      data = textOf(bytes, from, place);
    } else if (field && echo === undefined) {
      echo = matches(bytes, from, TRUE);
      if (!echo && !matches(bytes, from, FALSE)) return undefined;
      place = from + (echo ? TRUE : FALSE).length;
    } else {
      return undefined;
    }
  }
  const [id, channel, event, key] = texts;
  if (bytes[place] !== CLOSE_OBJECT || place !== bytes.length - 1) return undefined;
  if ((found & NEEDED) !== NEEDED || channel === undefined || event === undefined) return undefined;
  if (channel !== before?.channel && canonicalChannelName(channel) !== channel) return undefined;
  return { id, channel, event, data: data ?? 'null', key, echo: echo ?? true };
}

function fieldAt(bytes: Buffer, from: number, to: number): (typeof FIELDS)[number] | undefined {
  for (const field of FIELDS) if (field.name.length === to - from && matches(bytes, from, field.name)) return field;
  return undefined;
}

function matches(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let n = 0; n < expected.length; n += 1) if (bytes[at + n] !== expected[n]) return false;
  return true;
}

/** Behind the closing quote of a text without escapes, or -1. */
function endOfPlainText(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  for (let place = at + 1; place < bytes.length; place += 1) {
    const byte = bytes[place] ?? 0;
    if (byte === QUOTE) return place + 1;
    if (byte === BACKSLASH || byte < FIRST_PRINTABLE) return -1;
  }
  return -1;
}

/** @param like what it may be once more */
function textOf(bytes: Buffer, from: number, to: number, like?: string): string {
  return like !== undefined && isText(bytes, from, to, like) ? like : bytes.toString('utf8', from, to);
}

/** Of texts beyond ASCII it isn't found out. */
function isText(bytes: Buffer, from: number, to: number, text: string): boolean {
  if (text.length !== to - from) return false;
  for (let n = 0; n < text.length; n += 1) {
    const code = text.charCodeAt(n);
    if (code >= FIRST_BEYOND_ASCII || bytes[from + n] !== code) return false;
  }
  return true;
}
