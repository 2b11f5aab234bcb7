import type { Decimal } from 'surrealdb';
import { KINDS, kindOf, rankOf, type Kind } from '../values/kind.js';
import { readText } from '../values/read-text.js';
import type { RangeAccess } from './access-plan.js';
import { floatsAround } from './index-key.js';
import { IntervalTree, TOP } from './interval-tree.js';
import { endOfPrefix } from './text-prefix.js';

/** Items that want every value of the types between two ranks, but those of some types that have a tree. */
interface WholeTypes<T> {
  readonly above: number;
  readonly below: number;
  readonly except: ReadonlySet<Kind>;
  readonly items: Set<T>;
}

const BELOW_ALL = -1;
const ABOVE_ALL = 99;

/** Items by a range of the values at one path, a tree for each type since operands are read by the type of the row. */
export class RangeIndex<T> {
  private readonly trees = new Map<Kind, IntervalTree<T>>();
  private readonly whole = new Map<string, WholeTypes<T>>();

  get isEmpty(): boolean {
    return this.trees.size === 0 && this.whole.size === 0;
  }

  /** Whether rows without the field can be wanted. */
  get wantsNone(): boolean {
    for (const { above } of this.whole.values()) if (above === BELOW_ALL) return true;
    return false;
  }

  add(range: RangeAccess, item: T): void {
    for (const [kind, from, to] of intervalsOf(range)) {
      let tree = this.trees.get(kind);
      if (!tree) this.trees.set(kind, (tree = new IntervalTree()));
      tree.add(from, to, item);
    }
    const whole = wholeTypesOf<T>(range);
    if (!whole) return;
    const key = keyOfWhole(whole);
    const known = this.whole.get(key);
    if (!known) this.whole.set(key, whole);
    (known ?? whole).items.add(item);
  }

  remove(range: RangeAccess, item: T): void {
    for (const [kind, from, to] of intervalsOf(range)) {
      const tree = this.trees.get(kind);
      tree?.remove(from, to, item);
      if (tree?.isEmpty) this.trees.delete(kind);
    }
    const whole = wholeTypesOf<T>(range);
    if (!whole) return;
    const key = keyOfWhole(whole);
    const known = this.whole.get(key);
    known?.items.delete(item);
    if (known?.items.size === 0) this.whole.delete(key);
  }

  /** Adds the items whose range may hold a value. */
  collect(value: unknown, found: Set<T>): void {
    const kind = kindOf(value);
    const tree = this.trees.get(kind);
    if (tree) {
      const [least, most] = kind === 'decimal' ? floatsAround(value as Decimal) : [pointOf(value), pointOf(value)];
      tree.collect(least, most, found);
    }
    const rank = rankOf(kind);
    for (const { above, below, except, items } of this.whole.values()) {
      if (above < rank && rank < below && !except.has(kind)) for (const item of items) found.add(item);
    }
  }
}

type Interval = readonly [kind: Kind, from: unknown, to: unknown];

function intervalsOf(range: RangeAccess): Interval[] {
  if (range.prefix !== undefined) return [['string', range.prefix, endOfPrefix(range.prefix) ?? TOP]];
  const { from, to } = range;
  return treeKinds(range).flatMap((kind): Interval[] => {
    const least = from === undefined ? undefined : endWithin(kind, from, (rank, other) => rank > other, undefined);
    const most = to === undefined ? TOP : endWithin(kind, to, (rank, other) => rank < other, TOP);
    return least === OUTSIDE || most === OUTSIDE ? [] : [[kind, least, most]];
  });
}

const OUTSIDE = Symbol('outside');

/** Where an operand lies among the values of a type: among them, or beside them all. */
function endWithin(
  kind: Kind,
  operand: unknown,
  isBeside: (rank: number, other: number) => boolean,
  open: unknown,
): unknown {
  const reading = readingsOf(operand).get(kind);
  if (reading !== undefined) return pointOf(reading);
  return isBeside(rankOf(kind), rankOf(kindOf(operand))) ? open : OUTSIDE;
}

function wholeTypesOf<T>(range: RangeAccess): WholeTypes<T> | undefined {
  if (range.prefix !== undefined) return undefined;
  const above = range.from === undefined ? BELOW_ALL : rankOf(kindOf(range.from));
  const below = range.to === undefined ? ABOVE_ALL : rankOf(kindOf(range.to));
  const except = new Set(treeKinds(range));
  const some = KINDS.some((kind) => above < rankOf(kind) && rankOf(kind) < below && !except.has(kind));
  return some ? { above, below, except, items: new Set() } : undefined;
}

function keyOfWhole({ above, below, except }: WholeTypes<unknown>): string {
  return `${above} ${below} ${[...except].sort().join()}`;
}

/** The types in which one of the bounds has a place. */
function treeKinds({ from, to }: RangeAccess): Kind[] {
  const kinds = [from, to].flatMap((end) => (end === undefined ? [] : [...readingsOf(end).keys()]));
  return [...new Set(kinds)];
}

function readingsOf(operand: unknown): Map<Kind, unknown> {
  const readings = new Map<Kind, unknown>([[kindOf(operand), operand]]);
  if (typeof operand === 'number') readings.set('decimal', operand);
  if (typeof operand === 'string') {
    for (const [kind, value] of Object.entries(readText(operand) ?? {})) readings.set(kind as Kind, value);
  }
  return readings;
}

/** Numbers as floats: the order of floats, integers and decimals among each other is only needed to a rounding. */
function pointOf(value: unknown): unknown {
  switch (kindOf(value)) {
    case 'number':
      return Number.isNaN(value) ? Infinity : Number(value);
    case 'decimal':
      return (value as Decimal).toFloat();
    default:
      return value;
  }
}
