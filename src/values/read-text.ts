import { Uuid } from 'surrealdb';
import { parseDateTime } from './date-time-text.js';
import type { Kind } from './kind.js';
import { parseRecordId } from './parse-record-id.js';
import { parseDecimal, parseDuration, parseInteger } from './parse-scalar.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LONGEST_SCALAR = 64;

/** What a text may stand for beside itself, by kind. */
export type Readings = Partial<Record<Kind, unknown>>;

/**
 * The values that are sent to clients as this very sort of text: a record id, a datetime, … An integer only beyond
 * 2^53, since smaller ones are sent as numbers. `undefined` where it is only a text.
 */
export function readText(text: string): Readings | undefined {
  const integer = parseInteger(text);
  const readings: Readings = {
    record: parseRecordId(text),
    number: typeof integer === 'bigint' ? integer : undefined,
    bytes: text !== '' && BASE64.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined,
    ...(text.length <= LONGEST_SCALAR && {
      datetime: parseDateTime(text),
      duration: parseDuration(text),
      decimal: parseDecimal(text),
      uuid: UUID.test(text) ? new Uuid(text.toLowerCase()) : undefined,
    }),
  };
  const found = Object.entries(readings).filter(([, value]) => value !== undefined);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
