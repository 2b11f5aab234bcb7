import { Decimal, RecordId } from 'surrealdb';
import { kindOf } from '../values/kind.js';
import { isInteger64 } from '../values/parse-scalar.js';

const LARGEST_DECIMAL = 2n ** 96n - 1n;

/** A value that can't be bound. */
export const UNBINDABLE = Symbol('unbindable');

/**
 * An operand from JSON as the SDK can bind it: it refuses whole numbers from 2^53 on, which go as 64-bit integers or as
 * decimals (all compare by value); `UNBINDABLE` where neither holds them.
 */
export function bindable(operand: unknown): unknown {
  if (typeof operand === 'number') return bindableNumber(operand);
  if (Array.isArray(operand)) {
    const items = operand.map(bindable);
    return items.includes(UNBINDABLE) ? UNBINDABLE : items;
  }
  if (operand instanceof RecordId) return bindable(operand.id) === UNBINDABLE ? UNBINDABLE : operand;
  // The embedded engine finds no record by an id that holds one, when it is bound.
  if (operand instanceof Set) return UNBINDABLE;
  if (kindOf(operand) !== 'object') return operand;
  const fields = Object.entries(operand as object).map(([key, item]): [string, unknown] => [key, bindable(item)]);
  return fields.some(([, item]) => item === UNBINDABLE) ? UNBINDABLE : Object.fromEntries(fields);
}

/** The same for a value that was read from the database: a set in it stays one. */
export function bindableRow(value: unknown): unknown {
  const kind = kindOf(value);
  if (kind === 'other') return UNBINDABLE;
  if (kind === 'array' || kind === 'set') {
    const items = [...(value as Iterable<unknown>)].map(bindableRow);
    if (items.includes(UNBINDABLE)) return UNBINDABLE;
    return kind === 'set' ? new Set(items) : items;
  }
  if (kind !== 'object') return bindable(value);
  const fields = Object.entries(value as object).map(([key, item]): [string, unknown] => [key, bindableRow(item)]);
  return fields.some(([, item]) => item === UNBINDABLE) ? UNBINDABLE : Object.fromEntries(fields);
}

function bindableNumber(number: number): unknown {
  if (!Number.isInteger(number) || Number.isSafeInteger(number)) return number;
  const whole = BigInt(number);
  if (isInteger64(whole)) return whole;
  return whole <= LARGEST_DECIMAL && whole >= -LARGEST_DECIMAL ? new Decimal(whole) : UNBINDABLE;
}
