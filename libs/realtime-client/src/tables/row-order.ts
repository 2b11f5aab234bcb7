import type { SnapshotOrder } from '@edge-hive/protocol';

export type Compare = (one: { id: string }, other: { id: string }) => number;

/**
 * The order of rows by sort keys, then by id, as SurrealDB has it: a missing field comes first, then null, booleans,
 * numbers, text by code points, arrays, objects. What travels as text is text here, datetimes in ISO form excepted.
 */
export function rowOrder(orderBy: readonly SnapshotOrder[]): Compare {
  const keys = orderBy.map(({ field, desc = false }) => ({ path: field.split('.'), sign: desc ? -1 : 1 }));
  return (one, other) => {
    for (const { path, sign } of keys) {
      const order = path.join() === 'id' ? compareIds(one.id, other.id) : compare(at(one, path), at(other, path));
      if (order !== 0) return sign * order;
    }
    return compareIds(one.id, other.id);
  };
}

function at(row: unknown, path: readonly string[]): unknown {
  let value = row;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const RANKS = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'];

function rank(value: unknown): number {
  return RANKS.indexOf(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other);
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  if (Array.isArray(one) && Array.isArray(other)) return compareLists(one, other);
  if (typeof one === 'object' && one !== null) return compareLists(entries(one), entries(other as object));
  return Number(one ?? 0) - Number(other ?? 0);
}

function entries(value: object): unknown[] {
  return Object.entries(value).sort(([one], [other]) => compareCodePoints(one, other));
}

function compareLists(one: readonly unknown[], other: readonly unknown[]): number {
  for (let index = 0; index < Math.min(one.length, other.length); index += 1) {
    const order = compare(one[index], other[index]);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

const DATETIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/;

/** Of two datetimes, the one without a fraction is the earlier, though "Z" comes behind ".". */
function compareTexts(one: string, other: string): number {
  const [left, right] = [DATETIME.exec(one), DATETIME.exec(other)];
  if (left === null || right === null) return compareCodePoints(one, other);
  return compareCodePoints(`${left[1]}.${left[2] ?? ''}`, `${right[1]}.${right[2] ?? ''}`);
}

function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    if (one.charCodeAt(index) === other.charCodeAt(index)) continue;
    // Behind the first half of a pair both have the same half before: its code point differs as the second half does.
    return (one.codePointAt(index) ?? 0) - (other.codePointAt(index) ?? 0);
  }
  return one.length - other.length;
}

/** Record ids of one table: integers by value, before text. */
function compareIds(one: string, other: string): number {
  const [left, right] = [keyOf(one), keyOf(other)];
  if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right);
  if (typeof left !== typeof right) return typeof left === 'bigint' ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function keyOf(id: string): bigint | string {
  const key = id.slice(id.indexOf(':') + 1);
  return /^-?\d{1,19}$/.test(key) ? BigInt(key) : key.replace(/^⟨(.*)⟩$/s, '$1');
}
