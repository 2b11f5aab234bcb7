import { keysOfValue } from './index-key.js';
import { isComposite } from './operand.js';

/** Shorter arrays are gone through. */
const FEW = 8;

/** Elements of one array by the keys under which operands equal to them look. */
interface ElementIndex {
  readonly byKey: ReadonlyMap<unknown, ReadonlySet<unknown>>;
  /** Those that have no key: arrays, objects and the like. */
  readonly others: readonly unknown[];
}

/** Arrays of rows, which never change: many filters ask one after the other what is in the same. */
const known = new WeakMap<object, ElementIndex>();

/**
 * Some elements of a row's array, all that equal an operand among them.
 *
 * @param keys of the operand
 */
export function elementsLike(
  elements: readonly unknown[],
  operand: unknown,
  keys: readonly unknown[],
): Iterable<unknown> {
  if (elements.length <= FEW) return elements;
  const { byKey, others } = indexOf(elements);
  if (isComposite(operand)) return others;
  return keys.flatMap((key) => [...(byKey.get(key) ?? [])]);
}

function indexOf(elements: readonly unknown[]): ElementIndex {
  let index = known.get(elements);
  if (!index) known.set(elements, (index = makeIndex(elements)));
  return index;
}

function makeIndex(elements: readonly unknown[]): ElementIndex {
  const byKey = new Map<unknown, Set<unknown>>();
  const others: unknown[] = [];
  for (const element of elements) {
    const keys = keysOfValue(element);
    if (keys.length === 0) others.push(element);
    for (const key of keys) {
      const same = byKey.get(key);
      if (same) same.add(element);
      else byKey.set(key, new Set([element]));
    }
  }
  return { byKey, others };
}
