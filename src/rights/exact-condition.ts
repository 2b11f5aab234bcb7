import { EVERY_ROW, NO_ROW, type Condition } from '../filter/condition.js';
import { hasReadings } from '../filter/operand.js';
import { exactValue, type ExactValue } from '../values/exact-value.js';
import { KINDS, kindOf, rankOf, type Kind } from '../values/kind.js';
import type { Comparator } from './expression/expression.js';

/** A value that can't be compared here as the database would. */
export class InexactValue extends Error {
  override readonly name = 'InexactValue';
}

/**
 * The rows whose field compares so with a value, as SurrealDB compares: of a filter, a text operand would mean record ids and
 * datetimes as well.
 *
 * @throws InexactValue
 */
export function exactCondition(field: string, operator: Comparator, value: unknown): Condition {
  switch (operator) {
    case '=':
      return equal(field, value);
    case '!=':
      return { kind: 'not', of: equal(field, value) };
    case '<':
      return ordered(field, 'lt', value);
    case '<=':
      return ordered(field, 'lte', value);
    case '>':
      return ordered(field, 'gt', value);
    case '>=':
      return ordered(field, 'gte', value);
    case 'INSIDE':
      return inside(field, value);
    case 'CONTAINS':
      return holding(field, value);
    case 'CONTAINSANY':
      return holdingSeveral(field, 'or', value);
    case 'CONTAINSALL':
      return holdingSeveral(field, 'and', value);
  }
}

function equal(field: string, value: unknown): Condition {
  if (value === undefined) return { kind: 'compare', path: [field], operator: 'exists', operand: false };
  if (isPlainComposite(value)) return { kind: 'compare', path: [field], operator: 'eq', operand: value };
  const [kind, json] = exact(value);
  return only(field, kind, { kind: 'compare', path: [field], operator: 'eq', operand: json });
}

function inside(field: string, value: unknown): Condition {
  const items = listOf(value);
  const byKind = new Map<Kind, unknown[]>();
  const others: Condition[] = [];
  for (const item of items) {
    if (item === undefined || isPlainComposite(item)) others.push(equal(field, item));
    else {
      const [kind, json] = exact(item);
      byKind.set(kind, [...(byKind.get(kind) ?? []), json]);
    }
  }
  const groups = [...byKind].map(([kind, operand]) =>
    only(field, kind, { kind: 'compare', path: [field], operator: 'in', operand }),
  );
  return { kind: 'or', of: [...groups, ...others] };
}

function holding(field: string, value: unknown): Condition {
  return { kind: 'compare', path: [field], operator: 'holds', operand: exact(value) };
}

/** Unlike CONTAINS, these look into nothing but arrays and sets, and into texts where all of them are texts. */
function holdingSeveral(field: string, kind: 'and' | 'or', value: unknown): Condition {
  if (value === undefined || value === null) return NO_ROW;
  const items = listOf(value);
  if (kind === 'and' && items.length === 0) throw new InexactValue('an empty list, for CONTAINSALL');
  const intoTexts = items.length > 0 && items.every((item) => typeof item === 'string');
  const looked = kindIs(field, intoTexts ? ['array', 'set', 'string'] : ['array', 'set']);
  return { kind: 'and', of: [looked, { kind, of: items.map((item) => holding(field, item)) }] };
}

type Order = 'lt' | 'lte' | 'gt' | 'gte';

/** SurrealDB's order goes across kinds: NONE is less than any number, and every text is more. */
function ordered(field: string, operator: Order, value: unknown): Condition {
  if (value === undefined) {
    const all = operator === 'gte';
    if (all || operator === 'lt') return all ? EVERY_ROW : NO_ROW;
    return { kind: 'compare', path: [field], operator: 'exists', operand: operator === 'gt' };
  }
  const [kind, json] = exact(value);
  const comparison: Condition = { kind: 'compare', path: [field], operator, operand: json };
  if (typeof json !== 'string') return comparison;
  const isLess = operator === 'lt' || operator === 'lte';
  const beyond = KINDS.filter((other) => (isLess ? rankOf(other) < rankOf(kind) : rankOf(other) > rankOf(kind)));
  return { kind: 'or', of: [only(field, kind, comparison), kindIs(field, beyond)] };
}

/** A text stands for values of several kinds: only one is meant. */
function only(field: string, kind: Kind, comparison: Condition): Condition {
  const isText = comparison.kind === 'compare' && [comparison.operand].flat().some((json) => typeof json === 'string');
  return isText ? { kind: 'and', of: [kindIs(field, alike(kind)), comparison] } : comparison;
}

/** An integer that JSON holds as text equals a decimal. */
function alike(kind: Kind): readonly Kind[] {
  return kind === 'number' ? ['decimal', 'number'] : [kind];
}

function kindIs(field: string, kinds: readonly Kind[]): Condition {
  return { kind: 'compare', path: [field], operator: 'isKind', operand: kinds.toSorted() };
}

function listOf(value: unknown): readonly unknown[] {
  const kind = kindOf(value);
  if (kind === 'array' || kind === 'set') return [...(value as Iterable<unknown>)];
  if (value === undefined || value === null) return [];
  throw new InexactValue(`${kind} where a list is expected`);
}

function exact(value: unknown): ExactValue {
  const found = exactValue(value);
  if (found) return found;
  throw new InexactValue(`a value of the kind ${kindOf(value)}`);
}

/** An array or object of nothing but what a filter's operand says exactly. */
function isPlainComposite(value: unknown): boolean {
  const kind = kindOf(value);
  return (kind === 'array' || kind === 'object') && isPlain(value) && !hasReadings(value);
}

function isPlain(value: unknown): boolean {
  switch (kindOf(value)) {
    case 'null':
    case 'bool':
    case 'string':
      return true;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'array':
      return (value as unknown[]).every(isPlain);
    case 'object':
      return Object.getPrototypeOf(value) === Object.prototype && Object.values(value as object).every(isPlain);
    default:
      return false;
  }
}
