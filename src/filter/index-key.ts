import type { DateTime, Decimal, Duration, RecordId } from 'surrealdb';
import { bytesOf, kindOf, type Kind } from '../values/kind.js';
import { isUuidText, readText } from '../values/read-text.js';
import { recordIdText } from '../values/record-id-text.js';

const NUMBER = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:dec)?/g;

/** A bit more than half the distance to the next float, relative to the number. */
const HALF_STEP = Number.EPSILON * 0.55;

/** A record id whose text is what the service itself would write. */
const PLAIN_RECORD = /^(?=\w*[A-Za-z])\w+:(?=\w*[A-Za-z])\w+$/;

/** What a text stands for beside itself: by kind the key that equal values share, for a decimal the value. */
export function keyedReadings(text: string): readonly (readonly [kind: Kind, key: unknown])[] {
  // Those that lists are made of. They can be read in no other way, and needn't become values first.
  if (PLAIN_RECORD.test(text)) return [['record', text]];
  if (isUuidText(text)) return [['uuid', text.toLowerCase()]];
  const readings = Object.entries(readText(text) ?? {}) as [Kind, unknown][];
  return readings.map(([kind, reading]) => [kind, kind === 'decimal' ? reading : keyOf(reading)]);
}

/**
 * Keys of a hash index such that values that are equal share one. Values of different types may share a key as well:
 * the index only has to find enough.
 */
export function keysOfOperand(operand: unknown): readonly unknown[] {
  if (typeof operand !== 'string') return [keyOf(operand)];
  const keys = [operand, ...keyedReadings(operand).map(([kind, key]) => (kind === 'decimal' ? keyOf(key) : key))];
  // A text and what it stands for mostly have the same key.
  return keys.length === 1 ? keys : [...new Set<unknown>(keys)];
}

/** The keys under which operands equal to a row's value are found. None for NONE, arrays and the like. */
export function keysOfValue(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return [value];
  switch (kindOf(value)) {
    case 'null':
    case 'bool':
    case 'number':
    case 'duration':
    case 'datetime':
    case 'uuid':
    case 'bytes':
    case 'record':
      return [keyOf(value)];
    case 'decimal': {
      // A decimal may equal a float that is not the nearest one.
      const [least, most] = floatsAround(value as Decimal);
      return [keyOf(value), least, most];
    }
    default:
      return [];
  }
}

/** The floats next to the one that is nearest to a decimal. */
export function floatsAround(decimal: Decimal): [least: number, most: number] {
  const nearest = decimal.toFloat();
  const step = Math.abs(nearest) * HALF_STEP;
  return [nearest - step, nearest + step];
}

function keyOf(value: unknown): unknown {
  switch (kindOf(value)) {
    case 'number':
      return Number(value);
    case 'decimal':
      return (value as Decimal).toFloat();
    case 'duration':
    case 'datetime':
      return (value as Duration | DateTime).nanoseconds;
    case 'uuid':
      return String(value);
    case 'bytes':
      return Buffer.from(bytesOf(value)).toString('base64');
    case 'record':
      return 'id' in (value as object) ? recordKey(value as RecordId) : String(value);
    default:
      return value;
  }
}

/**
 * Within an id, numbers of different types are equal by value and written otherwise (`1`, `1dec`): of those only the whole
 * part counts here. No text of an id begins like such a key.
 */
function recordKey(record: RecordId): string {
  const text = recordIdText(record);
  const isWritten = typeof record.id !== 'object' || kindOf(record.id) === 'uuid';
  return isWritten ? text : `\0${text.replace(NUMBER, (number) => String(Math.trunc(parseFloat(number))))}`;
}
