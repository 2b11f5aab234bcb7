import type { DateTime, RecordId } from 'surrealdb';
import { compareValues } from './compare.js';
import { dateTimeText } from './date-time-text.js';
import { bytesOf, kindOf, type Kind } from './kind.js';
import { readText } from './read-text.js';
import { recordIdText } from './record-id-text.js';
import { isWellFormed } from './well-formed.js';

/** A scalar of SurrealDB as JSON can hold it, with its kind: a text that looks like a record id is another one than that id. */
export type ExactValue = readonly [kind: Kind, json: string | number | boolean | null];

/** `undefined` for what JSON can't hold exactly, and for arrays and objects. */
export function exactValue(value: unknown): ExactValue | undefined {
  const kind = kindOf(value);
  const json = jsonOf(kind, value);
  if (json === undefined) return undefined;
  const exact: ExactValue = [kind, json];
  const read = valueOf(exact);
  return read !== undefined && kindOf(read) === kind && compareValues(read, value) === 0 ? exact : undefined;
}

/** The value that it stands for. */
export function valueOf([kind, json]: ExactValue): unknown {
  return typeof json === 'string' && kind !== 'string' ? readText(json)?.[kind] : json;
}

function jsonOf(kind: Kind, value: unknown): ExactValue[1] | undefined {
  switch (kind) {
    case 'null':
      return null;
    case 'bool':
      return value as boolean;
    case 'number':
      if (typeof value === 'bigint') return String(value);
      return Number.isFinite(value) ? (value as number) : undefined;
    case 'string':
      return isWellFormed(value as string) ? (value as string) : undefined;
    case 'datetime':
      return dateTimeText(value as DateTime);
    case 'bytes':
      return Buffer.from(bytesOf(value)).toString('base64');
    case 'record':
      return 'id' in (value as object) ? recordIdText(value as RecordId) : undefined;
    case 'duration':
    case 'uuid':
      return String(value);
    default:
      return undefined;
  }
}
