import { kindOf } from './kind.js';
import { isWellFormed } from './well-formed.js';

/** A field or a dotted path into objects, split: `address.city` is `['address', 'city']`. */
export type Path = readonly string[];

/** A record as the SDK decodes it: its values are RecordId, DateTime, Uuid and so on. NONE is `undefined`. */
export type DatabaseRow = Readonly<Record<string, unknown>>;

const LONGEST_PATH = 256;
const MOST_LEVELS = 8;
/** How SurrealQL names elements of lists, `tags.*` and `tags[0]`. Read as names, they would be of fields that no row has. */
const ELEMENTS = /^\*$|[[\]]/;

/** The path that a text names, at most 256 characters and 8 levels long; `undefined` for what is no path. */
export function parsePath(text: string): Path | undefined {
  if (text.length === 0 || text.length > LONGEST_PATH || !isWellFormed(text)) return undefined;
  const path = text.split('.');
  return path.length <= MOST_LEVELS && path.every(isName) ? path : undefined;
}

export function pathText(path: Path): string {
  return path.length === 1 ? (path[0] ?? '') : path.join('.');
}

/** The value at a path; NONE, `undefined`, where there is none. Goes into objects, not into arrays or linked records. */
export function readPath(row: DatabaseRow, path: Path): unknown {
  let value: unknown = row;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    if (kindOf(value) !== 'object') return undefined;
    value = (value as DatabaseRow)[name];
  }
  return value;
}

/** The row reduced to some paths, in the record's own shape: `id` always comes, NONE doesn't. */
export function pickPaths(row: DatabaseRow, paths: readonly Path[]): DatabaseRow {
  const picked: Record<string, unknown> = { id: row['id'] };
  // Short paths first: a longer one below them adds nothing, and must not write into the row's own objects.
  const whole = new Set<string>(['id']);
  for (const path of paths.toSorted((a, b) => a.length - b.length)) {
    if (path.some((_, depth) => whole.has(prefixKey(path, depth + 1)))) continue;
    whole.add(prefixKey(path, path.length));
    const value = readPath(row, path);
    if (value !== undefined) place(picked, path, value);
  }
  return picked;
}

/** The row without what lies at a path. The row itself stays as it is. */
export function omitPath(row: DatabaseRow, path: Path): DatabaseRow {
  const [name, ...rest] = path;
  if (name === undefined || !Object.hasOwn(row, name)) return row;
  const value = row[name];
  if (rest.length > 0 && kindOf(value) !== 'object') return row;
  const { [name]: _, ...others } = row;
  return rest.length === 0 ? others : { ...row, [name]: omitPath(value as DatabaseRow, rest) };
}

/** Two views of one record, as one. */
export function mergeRows(one: DatabaseRow, other: DatabaseRow): DatabaseRow {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const known = merged[name];
    const isShared = known !== undefined && kindOf(known) === 'object' && kindOf(value) === 'object';
    merged[name] = isShared ? mergeRows(known as DatabaseRow, value as DatabaseRow) : value;
  }
  return merged;
}

function isName(name: string): boolean {
  // The SDK's decoder can't hold a key `__proto__`, so that no row has one.
  return name !== '' && name !== '__proto__' && !ELEMENTS.test(name);
}

function prefixKey(path: Path, length: number): string {
  return length === path.length ? pathText(path) : pathText(path.slice(0, length));
}

function place(target: Record<string, unknown>, path: Path, value: unknown): void {
  const last = path.length - 1;
  for (const name of path.slice(0, last)) {
    target = (Object.hasOwn(target, name) ? target[name] : (target[name] = {})) as Record<string, unknown>;
  }
  const name = path[last];
  if (name !== undefined) target[name] = value;
}
