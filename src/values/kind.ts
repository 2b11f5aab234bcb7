import {
  DateTime,
  Decimal,
  Duration,
  FileRef,
  GeometryCollection,
  GeometryLine,
  GeometryMultiLine,
  GeometryMultiPoint,
  GeometryMultiPolygon,
  GeometryPoint,
  GeometryPolygon,
  Range,
  RecordId,
  RecordIdRange,
  Table,
  Uuid,
} from 'surrealdb';
import { types } from 'node:util';

/** What a value is to SurrealDB. `decimal` is a number too, kept apart since it compares and travels differently. */
export type Kind = keyof typeof RANKS;

/** Where each kind sorts: of two values of different rank, the one of the lower rank is less. */
const RANKS = {
  none: 0,
  null: 1,
  bool: 2,
  number: 3,
  decimal: 3,
  string: 4,
  duration: 5,
  datetime: 6,
  uuid: 7,
  array: 8,
  set: 9,
  object: 10,
  geometry: 11,
  bytes: 12,
  table: 13,
  record: 14,
  file: 15,
  range: 16,
  other: 17,
} as const;

export const KINDS = Object.keys(RANKS) as readonly Kind[];

/**
 * By prototype, not by `instanceof`: the SDK's classes look for a symbol along the prototype chain, and its decoder turns
 * a key `__proto__` into a prototype, so that stored data could pass for a RecordId and make its getters throw.
 */
const BY_PROTOTYPE = new Map<unknown, Kind>([
  [Object.prototype, 'object'],
  [Array.prototype, 'array'],
  [RecordId.prototype, 'record'],
  [RecordIdRange.prototype, 'record'],
  [DateTime.prototype, 'datetime'],
  [Duration.prototype, 'duration'],
  [Decimal.prototype, 'decimal'],
  [Uuid.prototype, 'uuid'],
  [Set.prototype, 'set'],
  [Table.prototype, 'table'],
  [FileRef.prototype, 'file'],
  [Range.prototype, 'range'],
  ...[
    GeometryPoint,
    GeometryLine,
    GeometryPolygon,
    GeometryMultiPoint,
    GeometryMultiLine,
    GeometryMultiPolygon,
    GeometryCollection,
  ].map((geometry): [unknown, Kind] => [geometry.prototype, 'geometry']),
]);

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'bool';
    case 'undefined':
      return 'none';
    case 'object':
      return value === null ? 'null' : kindOfObject(value);
    default:
      return 'other';
  }
}

export function rankOf(kind: Kind): number {
  return RANKS[kind];
}

function kindOfObject(value: object): Kind {
  const prototype: unknown = Object.getPrototypeOf(value);
  const kind = BY_PROTOTYPE.get(prototype);
  if (kind !== undefined) return kind;
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'bytes';
  return prototype === null || isPlain(prototype) ? 'object' : 'other';
}

/** An object whose prototype is data is what is left of a row with a key `__proto__`. */
function isPlain(prototype: unknown): boolean {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return !Object.hasOwn(prototype, 'constructor') || typeof prototype.constructor !== 'function';
}

/** The octets of a value of kind `bytes`. */
export function bytesOf(value: unknown): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value as ArrayBuffer);
}
