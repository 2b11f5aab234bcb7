import type { Decimal, Duration } from 'surrealdb';
import { bytesOf, kindOf } from './kind.js';

/** Whether SurrealDB takes a value for true where it asks yes or no. */
export function isTruthy(value: unknown): boolean {
  switch (kindOf(value)) {
    case 'none':
    case 'null':
      return false;
    case 'bool':
      return value as boolean;
    case 'number':
      return Number(value) !== 0;
    case 'decimal':
      return (value as Decimal).toFloat() !== 0;
    case 'string':
      return value !== '';
    case 'array':
      return (value as unknown[]).length > 0;
    case 'set':
      return (value as Set<unknown>).size > 0;
    case 'object':
      return Object.keys(value as object).length > 0;
    case 'bytes':
      return bytesOf(value).length > 0;
    case 'duration':
      return (value as Duration).nanoseconds > 0n;
    case 'datetime':
    case 'geometry':
    case 'record':
    case 'uuid':
      return true;
    default:
      return false;
  }
}
