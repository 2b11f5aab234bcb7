import { kindOf } from '../values/kind.js';
import { readText } from '../values/read-text.js';

/** The operand of a comparison as it has to be read beside one value of a row. */
export type TypedOperand = (value: unknown) => unknown;

/**
 * Reads an operand as the type of what it is compared with: `"person:1"` is a record id beside a record id, and a text
 * beside a text. Elements of arrays and fields of objects are read beside their counterparts. Parses once.
 */
export function typedOperand(operand: unknown): TypedOperand {
  if (typeof operand === 'string') return typedText(operand);
  if (Array.isArray(operand)) return typedList(operand);
  if (typeof operand === 'object' && operand !== null) return typedObject(operand);
  return () => operand;
}

/** Whether an operand means something else beside some type than it says. */
export function hasReadings(operand: unknown): boolean {
  if (typeof operand === 'string') return readText(operand) !== undefined;
  return typeof operand === 'object' && operand !== null && Object.values(operand).some(hasReadings);
}

/** An array or object: what has no key to be looked up by. */
export function isComposite(operand: unknown): operand is object {
  return typeof operand === 'object' && operand !== null;
}

const COMPOSITE_KEY = /:[[{]/;

/** Whether an operand has to be compared with a value, one by one: it, or the key of the record id that it names, is composite. */
export function isComparedAlone(operand: unknown): boolean {
  return isComposite(operand) || (typeof operand === 'string' && COMPOSITE_KEY.test(operand));
}

/** An operand and all that it may stand for. */
export function alternatives(operand: unknown): readonly unknown[] {
  return typeof operand === 'string' ? [operand, ...Object.values(readText(operand) ?? {})] : [operand];
}

function typedText(text: string): TypedOperand {
  const readings = readText(text);
  if (readings === undefined) return () => text;
  return (value) => (typeof value === 'string' ? text : (readings[kindOf(value)] ?? text));
}

function typedList(operand: readonly unknown[]): TypedOperand {
  if (!hasReadings(operand)) return () => operand;
  const items = operand.map(typedOperand);
  return (value) => (Array.isArray(value) ? items.map((item, i) => item(value[i])) : operand);
}

function typedObject(operand: object): TypedOperand {
  if (!hasReadings(operand)) return () => operand;
  const fields = Object.entries(operand).map(([key, item]): [string, TypedOperand] => [key, typedOperand(item)]);
  return (value) => {
    if (kindOf(value) !== 'object') return operand;
    const counterpart = value as Record<string, unknown>;
    return Object.fromEntries(fields.map(([key, item]) => [key, item(counterpart[key])]));
  };
}
