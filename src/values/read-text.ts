import { Uuid } from 'surrealdb';
import { parseDateTime } from './date-time-text.js';
import type { Kind } from './kind.js';
import { parseRecordId } from './parse-record-id.js';
import { parseDecimal, parseDuration, parseInteger } from './parse-scalar.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const NUMERIC = /^[-+]?\d/;
const LONGEST_SCALAR = 64;

/** What a text may stand for beside itself, by kind. */
export type Readings = Partial<Record<Kind, unknown>>;

/**
 * The values that are sent to clients as this very sort of text: a record id, a datetime, … An integer only beyond
 * 2^53, since smaller ones are sent as numbers. `undefined` where it is only a text.
 */
export function readText(text: string): Readings | undefined {
  const readings: Readings = {};
  let found = false;
  const add = (kind: Kind, value: unknown): void => {
    if (value === undefined) return;
    readings[kind] = value;
    found = true;
  };
  if (text.includes(':') || text.startsWith('⟨')) add('record', parseRecordId(text));
  if (text.length % 4 === 0 && text !== '' && BASE64.test(text)) {
    add('bytes', new Uint8Array(Buffer.from(text, 'base64')));
  }
  if (text.length <= LONGEST_SCALAR) {
    // All but a uuid begin with a digit, or its sign.
    if (NUMERIC.test(text)) {
      const integer = parseInteger(text);
      add('number', typeof integer === 'bigint' ? integer : undefined);
      add('datetime', parseDateTime(text));
      add('duration', parseDuration(text));
      add('decimal', parseDecimal(text));
    }
    if (isUuidText(text)) add('uuid', new Uuid(text.toLowerCase()));
  }
  return found ? readings : undefined;
}

export function isUuidText(text: string): boolean {
  return text.length === 36 && UUID.test(text);
}
