import type { Condition } from '../../filter/condition.js';
import { parseFilter, type FilterLimits } from '../../filter/parse-filter.js';
import { checkVariable, isVariable, parseVariable } from './claim-variable.js';
import { PolicyError } from './policy-error.js';
import { isObject, objectAt } from './policy-object.js';

/** An operator's own file is trusted with more than a client's frame. */
const LIMITS: FilterLimits = { conditions: 1_000, depth: 32, elements: 100_000 };

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
    if (isVariable(value)) checkUse(value, operator, place);
    else refuseNestedVariables(value, place);
  }
  return takesList && isVariable(operand) ? [operand] : operand;
}

/** What would show nobody anything, whatever the claims. */
function checkUse(variable: string, operator: string, place: string): void {
  checkVariable(variable, place);
  const { name, kind = 'string' } = parseVariable(variable);
  if (name === '$principal.roles' && operator !== 'in' && operator !== 'nin') {
    throw new PolicyError(place, `${name} is a list: it can be compared by in and nin`);
  }
  if (operator === 'startsWith' && kind !== 'string') {
    throw new PolicyError(place, `${variable} is no text: startsWith needs one`);
  }
}

function refuseNestedVariables(value: unknown, place: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const part of Object.values(value)) {
    if (isVariable(part)) throw new PolicyError(place, `${part} has to be the whole operand, not a part of it`);
    refuseNestedVariables(part, place);
  }
}
