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

/** Fields that are texts, and how many characters of each there have to be. */
const TEXTS = new Map([
  ['id', { slot: 0, least: 0, most: ID_LENGTH }],
  ['channel', { slot: 1, least: 1, most: MAX_CHANNEL_LENGTH }],
  ['event', { slot: 2, least: 1, most: MAX_EVENT_LENGTH }],
  ['key', { slot: 3, least: 1, most: MAX_KEY_LENGTH }],
]);

/**
 * Reads a `publish` where it lies, if it is written as clients write one: `type` first, no white space between the fields, no
 * escapes but in `data`, each field once and as it has to be. Its `data` is found to be JSON, and no value is made of it.
 * `undefined` for any other frame, right or wrong: the usual way reads it, and says what is wrong.
 */
export function readPublish(bytes: Buffer): PublishText | undefined {
  if (!matches(bytes, 0, BEGINNING)) return undefined;
  const texts: (string | undefined)[] = [undefined, undefined, undefined, undefined];
  let data: string | undefined;
  let echo: boolean | undefined;
  let place = BEGINNING.length;
  while (bytes[place] === COMMA) {
    const nameEnd = endOfPlainText(bytes, place + 1);
    if (bytes[nameEnd] !== COLON) return undefined;
    const name = bytes.toString('latin1', place + 2, nameEnd - 1);
    const from = nameEnd + 1;
    const field = TEXTS.get(name);
    if (field) {
      place = endOfPlainText(bytes, from);
      if (place === -1 || texts[field.slot] !== undefined) return undefined;
      const text = textOf(bytes, from + 1, place - 1);
      if (text.length < field.least || text.length > field.most) return undefined;
      texts[field.slot] = text;
    } else if (name === 'data') {
      place = endOfJson(bytes, from);
      if (place === -1 || data !== undefined) return undefined;
      data = textOf(bytes, from, place);
    } else if (name === 'echo' && echo === undefined) {
      echo = matches(bytes, from, TRUE);
      if (!echo && !matches(bytes, from, FALSE)) return undefined;
      place = from + (echo ? TRUE : FALSE).length;
    } else {
      return undefined;
    }
  }
  const [id, channel, event, key] = texts;
  if (bytes[place] !== CLOSE_OBJECT || place !== bytes.length - 1) return undefined;
  if (channel === undefined || event === undefined || canonicalChannelName(channel) !== channel) return undefined;
  return { id, channel, event, data: data ?? 'null', key, echo: echo ?? true };
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

function textOf(bytes: Buffer, from: number, to: number): string {
  for (let place = from; place < to; place += 1) {
    if ((bytes[place] ?? 0) >= FIRST_BEYOND_ASCII) return bytes.toString('utf8', from, to);
  }
  return bytes.toString('latin1', from, to);
}
