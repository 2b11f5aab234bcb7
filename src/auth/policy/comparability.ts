import type { Condition } from '../../filter/condition.js';
import type { Kind } from '../../values/kind.js';
import { comparableKinds, isScalar, type ClaimKind, type Scalar } from './claim-kind.js';

type Comparison = Extract<Condition, { kind: 'compare' }>;

/** What one variable stands for. */
export interface Claimed {
  readonly values: readonly Scalar[];
  /** As the policy says. */
  readonly kind?: ClaimKind;
}

const ORDERED: readonly string[] = ['gt', 'gte', 'lt', 'lte'];

/**
 * The rows of a policy whose value can be compared as it is meant; `undefined` where that needs no asking: values of
 * different kinds are never equal. Where a difference is asked for, a row without a value differs from every claim.
 *
 * @param negated whether the opposite of the comparison is what shows rows
 */
export function comparability(
  { path, operator, operand }: Comparison,
  claimed: readonly Claimed[],
  negated: boolean,
): Condition | undefined {
  const test = operator === 'contains' ? 'holdsKinds' : 'isKind';
  const isOrdered = ORDERED.includes(operator);
  if (isOrdered && claimed.length === 0) return undefined;
  if (operator === 'exists') return undefined;
  const differs = !isOrdered && (operator === 'ne' || operator === 'nin') !== negated;
  if (!isOrdered && !differs && claimed.every(({ kind }) => kind === undefined)) return undefined;
  const kinds = operator === 'startsWith' ? ['string'] : kindsFor(operand, claimed);
  if (kinds === undefined) return undefined;
  const comparable: Condition = { kind: 'compare', path, operator: test, operand: kinds.toSorted() };
  if (!differs) return comparable;
  const none: Condition = { kind: 'compare', path, operator: 'exists', operand: false };
  return { kind: 'or', of: [none, { kind: 'compare', path, operator: 'eq', operand: null }, comparable] };
}

/** Those that all claims can be compared with, or any literal, where there are no claims. `undefined`: all. */
function kindsFor(operand: unknown, claimed: readonly Claimed[]): readonly Kind[] | undefined {
  if (claimed.length > 0) {
    const each = claimed.flatMap(({ values, kind }) => values.map((value) => comparableKinds(value, kind)));
    return each[0]?.filter((kind) => each.every((kinds) => kinds.includes(kind)));
  }
  const literals: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  // Anything differs from null as it is meant, and an array or object is compared as a whole.
  if (!literals.every((literal) => isScalar(literal))) return undefined;
  return [...new Set(literals.flatMap((literal) => comparableKinds(literal)))];
}
