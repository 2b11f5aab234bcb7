import { pathText, type Path } from '../values/path.js';
import type { Access, RangeAccess } from './access-plan.js';
import { keysOfOperand } from './index-key.js';

/** A test of equality that the index makes: at a path, under which keys an item is found. */
export interface Step {
  readonly path: Path;
  readonly keys: ReadonlySet<unknown>;
  /** It is made of each element of a list: a row can be found under several keys. */
  readonly within?: true;
}

/** Where in the index an item is: at each combination of its steps' keys, by a range there if it has one. */
export interface Placement {
  readonly steps: readonly Step[];
  readonly range: RangeAccess | undefined;
}

/**
 * Places that a condition may take, of all its alternatives together: as many as its longest list has keys, but where lists are
 * combined only a few. A short filter could take a thousand times its own size otherwise.
 */
const MOST_LISTED = 2_048;
const MOST_COMBINED = 64;
/** Keys of a list that is asked for beside single values, which leave few already. */
const MOST_BESIDE = 256;
/** Tests of equality in a row: each more takes a level of the tree for each place. */
const MOST_STEPS = 4;
/** Places with a range in each: a tree of its own. */
const MOST_RANGED = 8;

/**
 * Where the alternatives of a condition are put. What the index doesn't ask is left to the evaluator. `undefined`: they
 * would take too many places, whichever of their tests are left out.
 */
export function placementsOf(alternatives: readonly Access[]): readonly Placement[] | undefined {
  const listed = MOST_LISTED / alternatives.length;
  const combined = MOST_COMBINED / alternatives.length;
  const placements: Placement[] = [];
  for (const access of alternatives) {
    const steps = stepsOf(access, listed, combined);
    const places = steps.reduce((product, { keys }) => product * keys.size, 1);
    const range = places > MOST_RANGED ? undefined : mainRange(access);
    if (steps.length === 0 && range === undefined) return undefined;
    placements.push({ steps, range });
  }
  return placements;
}

/**
 * In the order in which the tree asks them: by path, so that conditions share nodes, lists behind single values, so that
 * there are few nodes.
 */
function stepsOf({ equals }: Access, listed: number, combined: number): readonly Step[] {
  const all = equals.map(({ path, operands, within }) => ({
    path,
    keys: new Set(operands.flatMap((operand) => keysOfOperand(operand))),
    ...(within && { within }),
  }));
  const steps: Step[] = [];
  let places = 1;
  // Those that tell most first: the fewest keys.
  for (const step of all.toSorted((a, b) => a.keys.size - b.keys.size)) {
    const isCombined = places > 1 && step.keys.size > 1;
    const most = isCombined
      ? combined
      : steps.length > 0 && step.keys.size > 1
        ? Math.min(listed, MOST_BESIDE)
        : listed;
    if (places * step.keys.size > most) continue;
    places *= step.keys.size;
    if (steps.push(step) === MOST_STEPS) break;
  }
  return steps.toSorted((a, b) => Number(a.keys.size > 1) - Number(b.keys.size > 1) || byPath(a, b));
}

function byPath(a: Step, b: Step): number {
  const x = pathText(a.path);
  const y = pathText(b.path);
  return x < y ? -1 : Number(x > y);
}

/** The range that tells most: one that is bounded on both sides, if there is one. */
function mainRange({ ranges }: Access): RangeAccess | undefined {
  const isClosed = (range: RangeAccess) =>
    range.prefix !== undefined || (range.from !== undefined && range.to !== undefined);
  return ranges.find(isClosed) ?? ranges[0];
}
