import { EVERY_ROW, NO_ROW, type Condition } from '../filter/condition.js';
import { parseFilter, type FilterLimits } from '../filter/parse-filter.js';
import { checkVariable, isVariable, valueOfVariable } from './claim-variable.js';
import { PolicyError } from './policy-error.js';
import { isObject, objectAt } from './policy-object.js';
import type { Principal } from './principal.js';

/** An operator's own file is trusted with more than a client's frame. */
const LIMITS: FilterLimits = { conditions: 1_000, depth: 32 };

/**
 * A policy's `where`: a filter in which an operand may be a variable. In what is returned variables are still operands,
 * as text, those of `in` and `nin` within the list.
 *
 * @throws PolicyError
 */
export function parseRestriction(json: unknown, place: string): Condition {
  const filter = listVariables(objectAt(place, json), place);
  try {
    return parseFilter(filter, LIMITS);
  } catch (error) {
    throw new PolicyError(place, error instanceof Error ? error.message : String(error));
  }
}

/** Checks the variables, and turns `{in: "$claims.rooms"}` into `{in: ["$claims.rooms"]}`, which the filter language has. */
function listVariables(filter: unknown, place: string): unknown {
  if (!isObject(filter)) return filter;
  return mapEntries(filter, place, (key, value, at) => {
    if (key === 'or' && Array.isArray(value)) return value.map((one, index) => listVariables(one, `${at}[${index}]`));
    if (key === 'not') return listVariables(value, at);
    return isObject(value) ? mapEntries(value, at, listOperand) : listOperand('eq', value, at);
  });
}

function mapEntries(
  object: Readonly<Record<string, unknown>>,
  place: string,
  map: (key: string, value: unknown, place: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(key, value, `${place}.${key}`)]));
}

function listOperand(operator: string, operand: unknown, place: string): unknown {
  const takesList = operator === 'in' || operator === 'nin';
  const values = takesList && Array.isArray(operand) ? operand : [operand];
  for (const value of values) {
    if (isVariable(value)) checkVariable(value, place);
    else refuseNestedVariables(value, place);
  }
  return takesList && isVariable(operand) ? [operand] : operand;
}

function refuseNestedVariables(value: unknown, place: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) {
    if (isVariable(part)) throw new PolicyError(place, `${part} has to be the whole operand, not a part of it`);
    refuseNestedVariables(part, place);
  }
}

/**
 * The rows that one principal may see. A comparison with a claim that is missing or unfit holds for no row; where such a
 * comparison is negated, its opposite holds for no row either, so that a missing claim never shows more.
 */
export function restrictionFor(condition: Condition, principal: Principal | undefined, negated = false): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((one) => restrictionFor(one, principal, negated)) };
    case 'not':
      return { kind: 'not', of: restrictionFor(condition.of, principal, !negated) };
    case 'compare': {
      const { operator, operand } = condition;
      const widens = (operator === 'in') === negated;
      const value = Array.isArray(operand)
        ? listFor(operand as readonly unknown[], principal, widens)
        : scalarFor(operand, principal);
      if (value === undefined || (operator === 'startsWith' && typeof value !== 'string')) {
        return negated ? EVERY_ROW : NO_ROW;
      }
      return { ...condition, operand: value };
    }
  }
}

function scalarFor(operand: unknown, principal: Principal | undefined): unknown {
  if (!isVariable(operand)) return operand;
  const value = valueOfVariable(operand, principal);
  return isScalar(value) ? value : undefined;
}

/**
 * @param widens whether leaving a member out would show more rows, as with `nin`: then an unfit one spoils the list
 */
function listFor(
  operand: readonly unknown[],
  principal: Principal | undefined,
  widens: boolean,
): readonly unknown[] | undefined {
  const list: unknown[] = [];
  for (const member of operand) {
    const value = isVariable(member) ? valueOfVariable(member, principal) : undefined;
    if (!isVariable(member)) list.push(member);
    else if (isScalar(value)) list.push(value);
    else if (!Array.isArray(value)) return undefined;
    else if (widens && !value.every(isScalar)) return undefined;
    else list.push(...value.filter(isScalar));
  }
  return list;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
