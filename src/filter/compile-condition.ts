import type { Range } from 'surrealdb';
import { compareValues, equalValues, rangeContains } from '../values/compare.js';
import { valueOf, type ExactValue } from '../values/exact-value.js';
import { kindOf, type Kind } from '../values/kind.js';
import { readPath, type DatabaseRow } from '../values/path.js';
import { isTruthy } from '../values/truth.js';
import type { Condition } from './condition.js';
import { elementsLike } from './element-index.js';
import { keysOfOperand } from './index-key.js';
import { OperandSet } from './operand-set.js';
import { alternatives, typedOperand } from './operand.js';

/** Whether a row, as the SDK decodes it, meets a condition. */
export type RowTest = (row: DatabaseRow) => boolean;

type ValueTest = (value: unknown) => boolean;
type Comparison = Extract<Condition, { kind: 'compare' }>;

/**
 * Compiles a condition to a test that decides as SurrealDB would, but for text operands: they are read as the type of
 * the row's value. Operands are parsed once, here. The test throws `Unanswered` for a row of which the database was to be asked.
 */
export function compileCondition(condition: Condition): RowTest {
  switch (condition.kind) {
    case 'and':
      return every(condition.of.map(compileCondition));
    case 'or':
      return some(condition.of.map(compileCondition));
    case 'not': {
      const inner = compileCondition(condition.of);
      return (row) => !inner(row);
    }
    case 'compare':
      return compileComparison(condition);
    case 'asked': {
      const { question } = condition;
      return (row) => question.holds(row);
    }
  }
}

function every(tests: readonly RowTest[]): RowTest {
  const [first, second] = tests;
  if (first && tests.length === 1) return first;
  if (first && second && tests.length === 2) return (row) => first(row) && second(row);
  return (row) => tests.every((test) => test(row));
}

function some(tests: readonly RowTest[]): RowTest {
  const [only] = tests;
  if (only && tests.length === 1) return only;
  return (row) => tests.some((test) => test(row));
}

function compileComparison(condition: Comparison): RowTest {
  const { path } = condition;
  const test = valueTest(condition);
  const [name] = path;
  if (name !== undefined && path.length === 1) return (row) => test(Object.hasOwn(row, name) ? row[name] : undefined);
  return (row) => test(readPath(row, path));
}

function valueTest({ operator, operand }: Comparison): ValueTest {
  switch (operator) {
    case 'eq':
      return equals(operand);
    case 'ne':
      return not(equals(operand));
    case 'gt':
      return ordered(operand, (order) => order > 0);
    case 'gte':
      return ordered(operand, (order) => order >= 0);
    case 'lt':
      return ordered(operand, (order) => order < 0);
    case 'lte':
      return ordered(operand, (order) => order <= 0);
    case 'in':
      return oneOf(operand as readonly unknown[]);
    case 'nin':
      return not(oneOf(operand as readonly unknown[]));
    case 'contains':
      return contains(operand);
    case 'startsWith':
      return (value) => typeof value === 'string' && value.startsWith(operand as string);
    case 'exists':
      return operand === true ? (value) => value !== undefined : (value) => value === undefined;
    case 'isKind':
      return isKind(operand as readonly Kind[]);
    case 'holdsKinds':
      return holdsKinds(operand as readonly Kind[]);
    case 'holds':
      return holds(valueOf(operand as ExactValue));
    case 'truthy':
      return (value) => isTruthy(value) === operand;
  }
}

function not(test: ValueTest): ValueTest {
  return (value) => !test(value);
}

function equals(operand: unknown): ValueTest {
  const typed = typedOperand(operand);
  return (value) => equalValues(value, typed(value));
}

function ordered(operand: unknown, holds: (order: number) => boolean): ValueTest {
  const typed = typedOperand(operand);
  return (value) => holds(compareValues(value, typed(value)));
}

function oneOf(operands: readonly unknown[]): ValueTest {
  const set = new OperandSet(operands);
  return (value) => set.has(value);
}

function isKind(kinds: readonly Kind[]): ValueTest {
  return (value) => kinds.includes(kindOf(value));
}

/** As `contains` looks into a value. */
function holdsKinds(kinds: readonly Kind[]): ValueTest {
  const fits = isKind([...kinds, 'none', 'null']);
  return (value) => {
    switch (kindOf(value)) {
      case 'array':
      case 'set':
        return [...(value as Iterable<unknown>)].every(fits);
      case 'string':
      case 'uuid':
      case 'object':
        return kinds.includes('string');
      default:
        return false;
    }
  };
}

/** As `contains` looks into a value, for an element of one kind. */
function holds(element: unknown): ValueTest {
  const isIt = (item: unknown) => equalValues(item, element);
  return (value) => {
    switch (kindOf(value)) {
      case 'array':
      case 'set':
        return [...(value as Iterable<unknown>)].some(isIt);
      case 'string':
        return typeof element === 'string' && (value as string).includes(element);
      case 'uuid':
        return typeof element === 'string' && String(value).includes(element);
      case 'range':
        return rangeContains(value as Range<unknown, unknown>, element);
      case 'object':
        return typeof element === 'string' && Object.hasOwn(value as object, element);
      default:
        return false;
    }
  };
}

/** An array or set has the element, a text or uuid the part, an object the key, a range the value. */
function contains(operand: unknown): ValueTest {
  const element = equals(operand);
  const keys = keysOfOperand(operand);
  const values = alternatives(operand);
  return (value) => {
    if (typeof value === 'string') return typeof operand === 'string' && value.includes(operand);
    if (Array.isArray(value)) {
      for (const item of elementsLike(value, operand, keys)) if (element(item)) return true;
      return false;
    }
    const kind = kindOf(value);
    if (kind === 'set') return [...(value as Set<unknown>)].some(element);
    if (kind === 'uuid') return typeof operand === 'string' && String(value).includes(operand);
    if (kind === 'range') return values.some((item) => rangeContains(value as Range<unknown, unknown>, item));
    return typeof operand === 'string' && kind === 'object' && Object.hasOwn(value as object, operand);
  };
}
