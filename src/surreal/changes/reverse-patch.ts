import type { DatabaseRow } from '../../values/path.js';
import { applyTextPatch } from './text-patch.js';

/** One step of the way back from what a record is to what it was: JSON Patch, with `change` for text. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'change';
  /** JSON pointer, but without escapes. */
  readonly path: string;
  readonly value?: unknown;
}

type Container = Record<string, unknown> | unknown[];

class Misfit extends Error {}

/**
 * The record as it was before an update, from what it is and the reverse patch in the changefeed. Shares every untouched
 * part with `current`.
 *
 * @returns `undefined` when the patch doesn't fit: the feed didn't tell everything that happened to the record.
 */
export function applyReversePatch(
  current: DatabaseRow,
  operations: readonly PatchOperation[],
): DatabaseRow | undefined {
  const copied = new Set<unknown>();
  const copyOf = (value: unknown): Container => {
    if (copied.has(value)) return value as Container;
    const copy = Array.isArray(value) ? [...(value as unknown[])] : isPlain(value) ? { ...value } : undefined;
    if (copy === undefined) throw new Misfit();
    copied.add(copy);
    return copy;
  };

  try {
    const root = copyOf(current);
    for (const operation of endsFirst(operations)) {
      const keys = placeOf(root, operation);
      const last = keys.pop() ?? '';
      let container = root;
      for (const key of keys) {
        const child = copyOf(read(container, key));
        write(container, key, child);
        container = child;
      }
      apply(container, last, operation);
    }
    return root as DatabaseRow;
  } catch (error) {
    if (error instanceof Misfit) return undefined;
    throw error;
  }
}

/**
 * Elements are only ever taken from the end of an array. SurrealDB 3.0 names them from the first to the last, as they
 * were before any was taken; later versions from the last to the first.
 */
function endsFirst(operations: readonly PatchOperation[]): readonly PatchOperation[] {
  const ordered: PatchOperation[] = [];
  let run = 0;
  for (const [index, operation] of operations.entries()) {
    run = follows(operations[index - 1], operation) ? run + 1 : 0;
    ordered.splice(index - run, 0, operation);
  }
  return ordered;
}

function follows(previous: PatchOperation | undefined, { op, path }: PatchOperation): boolean {
  if (op !== 'remove' || previous?.op !== 'remove') return false;
  const [, parent, index] = /^(.*\/)(\d+)$/s.exec(path) ?? [];
  return parent !== undefined && previous.path === `${parent}${Number(index) - 1}`;
}

/** The keys that lead from the record to the place of an operation. */
function placeOf(root: Container, { op, path }: PatchOperation): string[] {
  const [place, other] = readings(root, path.split('/').slice(1), op === 'add');
  // Of a place that isn't there yet nothing tells that a name has a slash: it is taken for one that has none.
  if (!place || (other && op !== 'add')) throw new Misfit();
  return place;
}

/** SurrealDB escapes nothing in its pointers: `/a/b` is `b` in `a`, or a field that is called `a/b`. Those that can be. */
function* readings(container: unknown, steps: readonly string[], adds: boolean): Generator<string[]> {
  for (let length = 1; length < steps.length; length += 1) {
    const key = steps.slice(0, length).join('/');
    if (!has(container, key)) continue;
    for (const rest of readings(read(container, key), steps.slice(length), adds)) yield [key, ...rest];
  }
  const whole = steps.join('/');
  if (adds ? canHold(container, whole) : has(container, whole)) yield [whole];
}

function apply(container: Container, key: string, { op, value }: PatchOperation): void {
  switch (op) {
    case 'add':
      if (Array.isArray(container)) container.splice(Number(key), 0, value);
      else container[key] = value;
      return;
    case 'remove':
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else Reflect.deleteProperty(container, key);
      return;
    case 'replace':
      write(container, key, value);
      return;
    case 'change': {
      const text = read(container, key);
      const patched = typeof text === 'string' && typeof value === 'string' ? applyTextPatch(text, value) : undefined;
      if (patched === undefined) throw new Misfit();
      write(container, key, patched);
      return;
    }
    default:
      throw new Misfit();
  }
}

function has(container: unknown, key: string): container is Container {
  if (Array.isArray(container)) return indexIn(key, container.length - 1);
  return isPlain(container) && Object.hasOwn(container, key);
}

function canHold(container: unknown, key: string): boolean {
  if (Array.isArray(container)) return indexIn(key, container.length);
  // Written to, this name would change what the record is made of; none that the SDK decodes has it.
  return isPlain(container) && key !== '__proto__';
}

function read(container: Container, key: string): unknown {
  return Array.isArray(container) ? container[Number(key)] : container[key];
}

function write(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else container[key] = value;
}

function indexIn(key: string, largest: number): boolean {
  return /^\d+$/.test(key) && Number(key) <= largest;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
