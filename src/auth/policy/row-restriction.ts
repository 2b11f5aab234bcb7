import { EVERY_ROW, NO_ROW, type Condition } from '../../filter/condition.js';
import { notationsOf } from '../../values/record-id-notations.js';
import { isScalar, type ClaimKind, type Scalar } from './claim-kind.js';
import { isVariable, parseVariable, valueOfVariable } from './claim-variable.js';
import { comparability, type Claimed } from './comparability.js';
import type { Principal } from '../tokens/principal.js';

type Comparison = Extract<Condition, { kind: 'compare' }>;

/** An operand in which claims stand for variables, and the claims that it has. */
interface Filled {
  readonly operand: unknown;
  readonly claimed: readonly Claimed[];
}

/**
 * The rows that one principal may see. A comparison that can't be made as it was meant holds for no row: with a claim that is
 * missing or unfit, and for a row whose value is of another kind than the claim. Where such a comparison is negated, its opposite
 * holds for no row either, so that nothing shows more than was meant.
 */
export function restrictionFor(condition: Condition, principal: Principal | undefined, negated = false): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, of: condition.of.map((one) => restrictionFor(one, principal, negated)) };
    case 'not':
      return { kind: 'not', of: restrictionFor(condition.of, principal, !negated) };
    case 'asked':
      return condition;
    case 'compare': {
      const filled = fill(condition, principal, negated);
      if (filled === undefined) return negated ? EVERY_ROW : NO_ROW;
      const comparison = spelled({ ...condition, operand: filled.operand });
      const comparable = comparability(condition, filled.claimed, negated);
      if (comparable === undefined) return comparison;
      return negated
        ? { kind: 'or', of: [{ kind: 'not', of: comparable }, comparison] }
        : { kind: 'and', of: [comparable, comparison] };
    }
  }
}

/** `undefined` where a claim that is needed is missing or unfit. */
function fill(condition: Comparison, principal: Principal | undefined, negated: boolean): Filled | undefined {
  const { operator, operand } = condition;
  if (operator === 'in' || operator === 'nin') {
    return fillList(operand as readonly unknown[], principal, (operator === 'in') === negated);
  }
  if (!isVariable(operand)) return { operand, claimed: [] };
  const variable = parseVariable(operand);
  const value = valueOfVariable(variable, principal);
  if (!isScalar(value, variable.kind) || (operator === 'startsWith' && typeof value !== 'string')) return undefined;
  // Every text begins with it, and has it as a part.
  if (value === '' && (operator === 'startsWith' || operator === 'contains')) return undefined;
  return { operand: value, claimed: [claimedAs([value], variable.kind)] };
}

/** @param widens whether leaving a member out would show more rows, as with `nin`: then an unfit one spoils the list */
function fillList(operand: readonly unknown[], principal: Principal | undefined, widens: boolean): Filled | undefined {
  const list: unknown[] = [];
  const claimed: Claimed[] = [];
  for (const member of operand) {
    if (!isVariable(member)) {
      list.push(member);
      continue;
    }
    const { kind, ...variable } = parseVariable(member);
    const value = valueOfVariable(variable, principal);
    if (!Array.isArray(value) && !isScalar(value, kind)) return undefined;
    const members: readonly unknown[] = Array.isArray(value) ? value : [value];
    const fit = members.filter((one) => isScalar(one, kind));
    if (widens && fit.length < members.length) return undefined;
    list.push(...fit);
    claimed.push(claimedAs(fit, kind));
  }
  return { operand: list, claimed };
}

function claimedAs(values: readonly Scalar[], kind: ClaimKind | undefined): Claimed {
  return kind === undefined ? { values } : { values, kind };
}

/**
 * Rows can hold a record id as text, too, in SurrealDB's notation or in the SDK's: beside texts, one that needs quoting is
 * compared in both.
 */
function spelled(comparison: Comparison): Condition {
  const { operator, operand } = comparison;
  switch (operator) {
    case 'eq':
    case 'ne': {
      const all = notationsOf(operand);
      if (all.length === 1) return comparison;
      return { ...comparison, operator: operator === 'eq' ? 'in' : 'nin', operand: all };
    }
    case 'in':
    case 'nin':
      return { ...comparison, operand: (operand as readonly unknown[]).flatMap(notationsOf) };
    case 'contains': {
      const all = notationsOf(operand);
      return all.length === 1 ? comparison : { kind: 'or', of: all.map((one) => ({ ...comparison, operand: one })) };
    }
    default:
      return comparison;
  }
}
