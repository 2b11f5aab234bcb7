import { pathText, readPath, type DatabaseRow, type Path } from '../values/path.js';
import type { Access, EqualAccess, RangeAccess } from './access-plan.js';
import { keysOfOperand, keysOfValue } from './index-key.js';
import { RangeIndex } from './range-index.js';

/** What hangs below one path: nodes by the value there, and ranges of values. */
interface Branch<T> {
  readonly path: Path;
  readonly byKey: Map<unknown, IndexNode<T>>;
  readonly ranges: RangeIndex<T>;
}

/** Places that one alternative of a condition may take in the index; fields beyond are left to the evaluator. */
const MOST_PLACES = 4_096;

/** One level of a tree of equality tests: the items that need no more, and the next tests by path. */
export class IndexNode<T> {
  private readonly items = new Set<T>();
  /** By the first name of their path, so that only the fields of a row are looked at. */
  private readonly branches = new Map<string, Map<string, Branch<T>>>();
  /** Those with ranges that rows without the field can be in. */
  private readonly wantsNone = new Set<Branch<T>>();

  get isEmpty(): boolean {
    return this.items.size === 0 && this.branches.size === 0;
  }

  add(access: Access, item: T): void {
    this.addFrom(stepsOf(access), 0, mainRange(access), item);
  }

  remove(access: Access, item: T): void {
    this.removeFrom(stepsOf(access), 0, mainRange(access), item);
  }

  /** Adds the items below here that a row may match. */
  collect(row: DatabaseRow, found: Set<T>): void {
    for (const item of this.items) found.add(item);
    const names = Object.keys(row);
    if (this.branches.size < names.length) {
      for (const [name, branches] of this.branches) if (Object.hasOwn(row, name)) collectBranches(branches, row, found);
    } else {
      for (const name of names) {
        const branches = this.branches.get(name);
        if (branches) collectBranches(branches, row, found);
      }
    }
    for (const { path, ranges } of this.wantsNone) {
      if (!Object.hasOwn(row, path[0] ?? '')) ranges.collect(undefined, found);
    }
  }

  private addFrom(steps: readonly Step[], depth: number, range: RangeAccess | undefined, item: T): void {
    const step = steps[depth];
    if (step) {
      const { byKey } = this.branch(step.path);
      for (const key of step.keys) {
        let node = byKey.get(key);
        if (!node) byKey.set(key, (node = new IndexNode()));
        node.addFrom(steps, depth + 1, range, item);
      }
    } else if (range) {
      const branch = this.branch(range.path);
      branch.ranges.add(range, item);
      if (branch.ranges.wantsNone) this.wantsNone.add(branch);
    } else {
      this.items.add(item);
    }
  }

  private removeFrom(steps: readonly Step[], depth: number, range: RangeAccess | undefined, item: T): void {
    const step = steps[depth];
    if (step) {
      const branch = this.branch(step.path);
      for (const key of step.keys) {
        const node = branch.byKey.get(key);
        node?.removeFrom(steps, depth + 1, range, item);
        if (node?.isEmpty) branch.byKey.delete(key);
      }
      this.prune(branch);
    } else if (range) {
      const branch = this.branch(range.path);
      branch.ranges.remove(range, item);
      if (!branch.ranges.wantsNone) this.wantsNone.delete(branch);
      this.prune(branch);
    } else {
      this.items.delete(item);
    }
  }

  private branch(path: Path): Branch<T> {
    const name = path[0] ?? '';
    let branches = this.branches.get(name);
    if (!branches) this.branches.set(name, (branches = new Map<string, Branch<T>>()));
    const key = pathText(path);
    let branch = branches.get(key);
    if (!branch) branches.set(key, (branch = { path, byKey: new Map(), ranges: new RangeIndex() }));
    return branch;
  }

  private prune({ path, byKey, ranges }: Branch<T>): void {
    if (byKey.size > 0 || !ranges.isEmpty) return;
    const name = path[0] ?? '';
    const branches = this.branches.get(name);
    branches?.delete(pathText(path));
    if (branches?.size === 0) this.branches.delete(name);
  }
}

function collectBranches<T>(branches: ReadonlyMap<string, Branch<T>>, row: DatabaseRow, found: Set<T>): void {
  for (const { path, byKey, ranges } of branches.values()) {
    const value = readPath(row, path);
    if (byKey.size > 0) for (const key of keysOfValue(value)) byKey.get(key)?.collect(row, found);
    ranges.collect(value, found);
  }
}

interface Step {
  readonly path: Path;
  readonly keys: ReadonlySet<unknown>;
}

/** The equality tests of an access in the order in which the tree asks them: by path, so that conditions share nodes. */
function stepsOf({ equals }: Access): Step[] {
  const steps: Step[] = [];
  let places = 1;
  for (const { path, operands } of equals.toSorted(byPath)) {
    const keys = new Set(operands.flatMap((operand) => [...keysOfOperand(operand)]));
    if (places * keys.size > MOST_PLACES && steps.length > 0) continue;
    places *= keys.size;
    steps.push({ path, keys });
  }
  return steps;
}

function byPath(a: EqualAccess, b: EqualAccess): number {
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
