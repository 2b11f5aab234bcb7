import type { DateTime, Geometry, RecordId } from 'surrealdb';
import { dateTimeText } from './date-time-text.js';
import { bytesOf, kindOf } from './kind.js';
import type { DatabaseRow } from './path.js';
import { recordIdText } from './record-id-text.js';

/**
 * A value as JSON can hold it: record ids, datetimes, durations, decimals, uuids, tables, files and ranges as text,
 * bytes base64, geometries GeoJSON, integers beyond 2^53 text, sets as arrays. NONE is left out of objects and `null` in arrays, as
 * JSON.stringify has it; so are NaN and the infinities `null`. What is JSON already is returned as it is, not copied.
 */
export function encodeValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'undefined':
      return value;
    case 'bigint':
      return value.toString();
    default:
      return value === null ? null : encodeObject(value);
  }
}

/** A row as JSON text. */
export function encodeRow(row: DatabaseRow): string {
  return JSON.stringify(encodeValue(row));
}

function encodeObject(value: unknown): unknown {
  switch (kindOf(value)) {
    case 'object':
      return encodeFields(value as Record<string, unknown>);
    case 'array':
      return encodeItems(value as unknown[]);
    case 'set':
      return [...(value as Set<unknown>)].map(encodeValue);
    case 'record':
      return 'id' in (value as object) ? recordIdText(value as RecordId) : String(value);
    case 'datetime':
      return dateTimeText(value as DateTime);
    case 'bytes':
      return Buffer.from(bytesOf(value)).toString('base64');
    case 'geometry':
      return (value as Geometry).toJSON();
    default:
      return String(value);
  }
}

function encodeFields(object: Record<string, unknown>): Record<string, unknown> {
  // JSON.stringify would call the `toJSON` of a prototype that is data: see kindOf.
  let copy = Object.getPrototypeOf(object) === Object.prototype ? undefined : { ...object };
  for (const key of Object.keys(object)) {
    const value = object[key];
    const encoded = encodeValue(value);
    if (encoded !== value) (copy ??= { ...object })[key] = encoded;
  }
  return copy ?? object;
}

function encodeItems(items: unknown[]): unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const encoded = encodeValue(items[i]);
    if (encoded !== items[i]) (copy ??= [...items])[i] = encoded;
  }
  return copy ?? items;
}
