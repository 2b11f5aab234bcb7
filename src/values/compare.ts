import {
  BoundExcluded,
  RecordId,
  type DateTime,
  type Duration,
  type FileRef,
  type Geometry,
  type Range,
  type RecordIdRange,
  type Table,
  type Uuid,
} from 'surrealdb';
import { bytesOf, kindOf, rankOf } from './kind.js';
import { compareNumbers, type Numeric } from './number-order.js';

/**
 * SurrealDB's total order over all values, as its `<`, `=` and `ORDER BY` have it: negative, 0 or positive. Values of
 * different types sort by type, NONE first; text sorts by code points.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const kind = kindOf(a);
  const other = kindOf(b);
  if (rankOf(kind) !== rankOf(other)) return rankOf(kind) - rankOf(other);
  switch (kind) {
    case 'none':
    case 'null':
      return 0;
    case 'bool':
      return Number(a) - Number(b);
    case 'number':
    case 'decimal':
      return compareNumbers(a as Numeric, b as Numeric);
    case 'duration':
    case 'datetime':
      return compareNumbers((a as Duration | DateTime).nanoseconds, (b as Duration | DateTime).nanoseconds);
    case 'array':
      return compareLists(a as unknown[], b as unknown[]);
    case 'set':
      return compareLists([...(a as Set<unknown>)], [...(b as Set<unknown>)]);
    case 'object':
      return compareObjects(a as Record<string, unknown>, b as Record<string, unknown>);
    case 'geometry':
      return compareGeometries(a as Geometry, b as Geometry);
    case 'bytes':
      return Buffer.compare(bytesOf(a), bytesOf(b));
    case 'table':
      return compareText((a as Table).name, (b as Table).name);
    case 'record':
      return compareRecords(a as RecordId | RecordIdRange, b as RecordId | RecordIdRange);
    case 'file':
      return (
        compareText((a as FileRef).bucket, (b as FileRef).bucket) || compareText((a as FileRef).key, (b as FileRef).key)
      );
    case 'range':
      return compareRanges(a as Range<unknown, unknown>, b as Range<unknown, unknown>);
    case 'uuid':
    case 'string':
    case 'other':
      return compareText((a as Uuid).toString(), (b as Uuid).toString());
  }
}

/** Whether SurrealDB's `=` holds: 1 and 1.0 are equal, NONE and NULL are not. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return compareValues(a, b) === 0;
}

/** Whether a value lies between the bounds of a range, by the order of all values. */
export function rangeContains(range: Range<unknown, unknown>, value: unknown): boolean {
  const { begin, end } = range;
  const fromBegin = begin === undefined ? 1 : compareValues(value, begin.value);
  const toEnd = end === undefined ? 1 : compareValues(end.value, value);
  return (
    (fromBegin > 0 || (fromBegin === 0 && !(begin instanceof BoundExcluded))) &&
    (toEnd > 0 || (toEnd === 0 && !(end instanceof BoundExcluded)))
  );
}

/** By code points, where JavaScript's `<` puts characters beyond U+FFFF (surrogates) before U+E000. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Key by key in sorted order; of the first difference the key counts before its value. */
function compareObjects(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return compareLists(sortedEntries(a), sortedEntries(b));
}

function sortedEntries(object: Record<string, unknown>): unknown[] {
  return Object.keys(object)
    .sort(compareText)
    .flatMap((key) => [key, object[key]]);
}

const GEOMETRIES = [
  'Point',
  'LineString',
  'Polygon',
  'MultiPoint',
  'MultiLineString',
  'MultiPolygon',
  'GeometryCollection',
];

function compareGeometries(a: Geometry, b: Geometry): number {
  const x = a.toJSON();
  const y = b.toJSON();
  return GEOMETRIES.indexOf(x.type) - GEOMETRIES.indexOf(y.type) || compareValues(coordinates(x), coordinates(y));
}

function coordinates(json: ReturnType<Geometry['toJSON']>): unknown {
  return json.type === 'GeometryCollection' ? json.geometries : json.coordinates;
}

function compareRecords(a: RecordId | RecordIdRange, b: RecordId | RecordIdRange): number {
  return (
    compareText(a.table.name, b.table.name) ||
    ('id' in a ? ('id' in b ? compareValues(a.id, b.id) : -1) : 'id' in b ? 1 : compareRanges(a, b))
  );
}

interface Bounds {
  readonly begin: Bound;
  readonly end: Bound;
}

type Bound = { readonly value: unknown } | undefined;

function compareRanges(a: Bounds, b: Bounds): number {
  return compareBounds(a.begin, b.begin) || compareBounds(a.end, b.end);
}

/** Open bounds come first, then including, then excluding ones: their values count last. */
function compareBounds(a: Bound, b: Bound): number {
  return boundRank(a) - boundRank(b) || compareValues(a?.value, b?.value);
}

function boundRank(bound: Bound): number {
  if (bound === undefined) return 0;
  return bound instanceof BoundExcluded ? 2 : 1;
}
