import type { Condition } from './condition.js';
import type { Place } from './index-node.js';
import { isComparedAlone, isComposite } from './operand.js';

type Comparison = Extract<Condition, { kind: 'compare' }>;

/** A comparison with one value: what all others are measured by. */
const SINGLE = 1;
/** Goes through a text or an array of the row. */
const CONTAINS = 2;
/** A look-up in a set that nothing else keeps in the processor's cache. */
const LIST = 16;
/** An array or object, beside its elements. */
const COMPOSITE = 8;
/** Elements of arrays and objects that are compared in the time of one comparison, at most. */
const ELEMENTS = 4;

/**
 * What a filter costs each change of its table, whatever the change is, in comparisons. Nothing where equality says which changes
 * it is evaluated for. A range may hold every row: of a filter that is found by ranges alone, what costs more than a comparison counts.
 *
 * @param places in the index; `undefined`: it can't be looked up
 */
export function filterScans(filter: Condition, places: readonly Place[] | undefined): number {
  if (places === undefined) return isEveryRow(filter) ? 0 : Math.max(SINGLE, sum(filter, comparisonScans));
  if (places.every(({ steps }) => steps.some(({ within }) => !within))) return 0;
  return sum(filter, (comparison) => {
    const scans = comparisonScans(comparison);
    return scans > SINGLE ? scans : 0;
  });
}

function isEveryRow(condition: Condition): boolean {
  return condition.kind === 'and' && condition.of.length === 0;
}

function sum(condition: Condition, of: (comparison: Comparison) => number): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.reduce((scans, part) => scans + sum(part, of), 0);
    case 'not':
      return sum(condition.of, of);
    case 'compare':
      return of(condition);
    case 'asked':
      return 0;
  }
}

function comparisonScans({ operator, operand }: Comparison): number {
  if (operator === 'in' || operator === 'nin') return listScans(operand as readonly unknown[]);
  const scans = isComparedAlone(operand) ? COMPOSITE + Math.ceil(elementsOf(operand) / ELEMENTS) : SINGLE;
  return operator === 'contains' ? Math.max(CONTAINS, scans) : scans;
}

/** One look-up however long it is, but for what is compared one by one. */
function listScans(operands: readonly unknown[]): number {
  return operands
    .filter(isComparedAlone)
    .reduce<number>(
      (scans, operand) => scans + SINGLE + Math.ceil(elementsOf(operand) / ELEMENTS),
      operands.length > 1 ? LIST : SINGLE,
    );
}

function elementsOf(operand: unknown): number {
  if (!isComposite(operand)) return 1;
  return Object.values(operand).reduce<number>((elements, item) => elements + elementsOf(item), 1);
}
