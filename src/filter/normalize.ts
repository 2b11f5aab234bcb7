import { EVERY_ROW, NO_ROW, type Condition, type Operator } from './condition.js';

type Comparison = Extract<Condition, { kind: 'compare' }>;

/** Of each operator the one that holds exactly where it doesn't; SurrealDB's order is total. */
const OPPOSITE: Partial<Record<Operator, Operator>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'lte',
  lte: 'gt',
  gte: 'lt',
  lt: 'gte',
  in: 'nin',
  nin: 'in',
};

/**
 * The same condition with `not` only around `contains`, `startsWith` and what the database is asked, `and` and `or` alternating, and neither
 * around a single condition or a constant.
 */
export function normalize(condition: Condition): Condition {
  return reduce(condition, false);
}

function reduce(condition: Condition, negated: boolean): Condition {
  switch (condition.kind) {
    case 'not':
      return reduce(condition.of, !negated);
    case 'compare':
      return reduceComparison(condition, negated);
    case 'asked':
      return negated ? { kind: 'not', of: condition } : condition;
    case 'and':
    case 'or': {
      const kind = (condition.kind === 'and') === negated ? 'or' : 'and';
      return join(
        kind,
        condition.of.map((part) => reduce(part, negated)),
      );
    }
  }
}

function join(kind: 'and' | 'or', parts: readonly Condition[]): Condition {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  if (flat.some((part) => part.kind !== kind && isEmpty(part))) return kind === 'and' ? NO_ROW : EVERY_ROW;
  const [only] = flat;
  return only && flat.length === 1 ? only : { kind, of: flat };
}

function isEmpty(part: Condition): boolean {
  return (part.kind === 'and' || part.kind === 'or') && part.of.length === 0;
}

function reduceComparison(condition: Comparison, negated: boolean): Condition {
  const { operator, operand } = condition;
  if (operator === 'exists') return { ...condition, operand: operand !== negated };
  const opposite = OPPOSITE[operator];
  if (negated && opposite === undefined) return { kind: 'not', of: condition };
  const effective = negated && opposite !== undefined ? opposite : operator;
  if (effective !== 'in' && effective !== 'nin') return { ...condition, operator: effective };
  const choices = operand as readonly unknown[];
  if (choices.length === 0) return effective === 'in' ? NO_ROW : EVERY_ROW;
  if (choices.length === 1) return { ...condition, operator: effective === 'in' ? 'eq' : 'ne', operand: choices[0] };
  return { ...condition, operator: effective };
}
