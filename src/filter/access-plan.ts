import { valueOf, type ExactValue } from '../values/exact-value.js';
import { pathText, type Path } from '../values/path.js';
import type { Condition } from './condition.js';
import { normalize } from './normalize.js';

type Comparison = Extract<Condition, { kind: 'compare' }>;
type Scalar = string | number | boolean | null;

/** Values at a path of which a matching row has one. */
export interface EqualAccess {
  readonly path: Path;
  readonly operands: readonly unknown[];
  /** What is there is a list that has one, or a text or the like that might. */
  readonly within?: true;
}

/** Bounds at a path between which a matching row lies; they may include what the condition excludes. */
export interface RangeAccess {
  readonly path: Path;
  readonly from?: Scalar;
  readonly to?: Scalar;
  /** Or a prefix of a text. */
  readonly prefix?: string;
}

/** What a matching row has to have, all of it. */
export interface Access {
  readonly equals: readonly EqualAccess[];
  readonly ranges: readonly RangeAccess[];
}

/** Alternatives of one condition. More branches than that are not told apart by look-up. */
const MOST_ALTERNATIVES = 64;

/**
 * How the rows of a condition can be looked up: every matching row meets one of the alternatives (none: no row
 * matches). `undefined`: they can't be.
 */
export function accessPlan(condition: Condition): readonly Access[] | undefined {
  return plan(normalize(condition));
}

function plan(condition: Condition): readonly Access[] | undefined {
  switch (condition.kind) {
    case 'and':
      return planAll(condition.of);
    case 'or':
      return planAny(condition.of);
    case 'compare':
      return planComparison(condition);
    case 'not':
    case 'asked':
      return undefined;
  }
}

/** Any part that can be looked up will do: the others are left to the evaluator. */
function planAll(parts: readonly Condition[]): readonly Access[] | undefined {
  let accesses: readonly Access[] | undefined;
  for (const part of parts) {
    const further = plan(part);
    if (further === undefined || (accesses?.length ?? 1) * further.length > MOST_ALTERNATIVES) continue;
    accesses = accesses === undefined ? further : accesses.flatMap((one) => further.map((other) => merge(one, other)));
  }
  return accesses;
}

function planAny(parts: readonly Condition[]): readonly Access[] | undefined {
  const accesses: Access[] = [];
  for (const part of parts) {
    const further = plan(part);
    if (further === undefined) return undefined;
    accesses.push(...further);
  }
  return accesses.length > MOST_ALTERNATIVES ? undefined : accesses;
}

function merge(one: Access, other: Access): Access {
  const ranges = new Map(one.ranges.map((range) => [pathText(range.path), range]));
  for (const range of other.ranges) {
    const key = pathText(range.path);
    // Of two lower bounds either will do.
    ranges.set(key, { ...range, ...ranges.get(key) });
  }
  return { equals: [...one.equals, ...other.equals], ranges: [...ranges.values()] };
}

function planComparison({ path, operator, operand }: Comparison): readonly Access[] | undefined {
  switch (operator) {
    case 'eq':
      return isScalar(operand) ? [{ equals: [{ path, operands: [operand] }], ranges: [] }] : undefined;
    case 'in': {
      const operands = operand as readonly unknown[];
      return operands.every(isScalar) ? [{ equals: [{ path, operands }], ranges: [] }] : undefined;
    }
    case 'gt':
    case 'gte':
      return isScalar(operand) ? [{ equals: [], ranges: [{ path, from: operand }] }] : undefined;
    case 'lt':
    case 'lte':
      return isScalar(operand) ? [{ equals: [], ranges: [{ path, to: operand }] }] : undefined;
    case 'startsWith':
      return [{ equals: [], ranges: [{ path, prefix: String(operand) }] }];
    case 'holds':
      return [{ equals: [{ path, operands: [valueOf(operand as ExactValue)], within: true }], ranges: [] }];
    default:
      return undefined;
  }
}

function isScalar(operand: unknown): operand is Scalar {
  return operand === null || ['string', 'number', 'boolean'].includes(typeof operand);
}
