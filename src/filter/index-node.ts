import { kindOf } from '../values/kind.js';
import { pathText, readPath, type DatabaseRow, type Path } from '../values/path.js';
import type { RangeAccess } from './access-plan.js';
import { keysOfValue } from './index-key.js';
import type { Step } from './placement.js';
import { RangeIndex } from './range-index.js';

/** A placement as it is kept. */
export interface Place {
  readonly steps: readonly (Omit<Step, 'keys'> & { readonly keys: readonly unknown[] })[];
  readonly range: RangeAccess | undefined;
}

type Nodes<T> = Map<unknown, IndexNode<T>>;

/** What hangs below one path: nodes by the value there, and by what is in a list there, and ranges of values. */
interface Branch<T> {
  readonly path: Path;
  byKey: Nodes<T> | undefined;
  byElement: Nodes<T> | undefined;
  ranges: RangeIndex<T> | undefined;
}

/**
 * One level of a tree of equality tests: the items that need no more, and the next tests by path. There are many of them,
 * and most have either: what a node doesn't have it doesn't make.
 */
export class IndexNode<T> {
  private item: T | undefined;
  /** Those beside the first: most nodes have one. */
  private others: Set<T> | undefined;
  /** By the first name of their path, so that only the fields of a row are looked at. */
  private branches: Map<string, Map<string, Branch<T>>> | undefined;
  /** Those with ranges that rows without the field can be in. */
  private wantsNone: Set<Branch<T>> | undefined;

  get isEmpty(): boolean {
    return this.item === undefined && this.others === undefined && this.branches === undefined;
  }

  add(placement: Place, item: T): void {
    this.addFrom(placement, 0, item);
  }

  remove(placement: Place, item: T): void {
    this.removeFrom(placement, 0, item);
  }

  /** Adds the items below here that a row may match. */
  collect(row: DatabaseRow, found: Set<T>): void {
    if (this.item !== undefined) found.add(this.item);
    if (this.others) for (const item of this.others) found.add(item);
    if (this.branches) collectFields(this.branches, row, found);
    if (!this.wantsNone) return;
    for (const { path, ranges } of this.wantsNone) {
      if (!Object.hasOwn(row, path[0] ?? '')) ranges?.collect(undefined, found);
    }
  }

  private addFrom(placement: Place, depth: number, item: T): void {
    const { steps, range } = placement;
    const step = steps[depth];
    if (step) {
      const branch = this.branch(step.path);
      const byKey = (step.within ? branch.byElement : branch.byKey) ?? new Map<unknown, IndexNode<T>>();
      if (step.within) branch.byElement = byKey;
      else branch.byKey = byKey;
      for (const key of step.keys) {
        let node = byKey.get(key);
        if (!node) byKey.set(key, (node = new IndexNode()));
        node.addFrom(placement, depth + 1, item);
      }
    } else if (range) {
      const branch = this.branch(range.path);
      const ranges = (branch.ranges ??= new RangeIndex());
      ranges.add(range, item);
      if (ranges.wantsNone) (this.wantsNone ??= new Set()).add(branch);
    } else {
      this.put(item);
    }
  }

  private removeFrom(placement: Place, depth: number, item: T): void {
    const { steps, range } = placement;
    const step = steps[depth];
    if (step) {
      const branch = this.branch(step.path);
      const byKey = step.within ? branch.byElement : branch.byKey;
      for (const key of step.keys) {
        const node = byKey?.get(key);
        node?.removeFrom(placement, depth + 1, item);
        if (node?.isEmpty) byKey?.delete(key);
      }
      this.prune(branch);
    } else if (range) {
      const branch = this.branch(range.path);
      branch.ranges?.remove(range, item);
      if (!branch.ranges?.wantsNone) this.wantsNone?.delete(branch);
      this.prune(branch);
    } else {
      this.take(item);
    }
  }

  private put(item: T): void {
    if (this.item === undefined || this.item === item) this.item = item;
    else (this.others ??= new Set()).add(item);
  }

  private take(item: T): void {
    if (this.item === item) this.item = undefined;
    this.others?.delete(item);
    if (this.others?.size === 0) this.others = undefined;
  }

  private branch(path: Path): Branch<T> {
    const name = path[0] ?? '';
    this.branches ??= new Map<string, Map<string, Branch<T>>>();
    let branches = this.branches.get(name);
    if (!branches) this.branches.set(name, (branches = new Map<string, Branch<T>>()));
    const key = pathText(path);
    let branch = branches.get(key);
    if (!branch) branches.set(key, (branch = { path, byKey: undefined, byElement: undefined, ranges: undefined }));
    return branch;
  }

  private prune(branch: Branch<T>): void {
    const { path } = branch;
    if (branch.byKey?.size === 0) branch.byKey = undefined;
    if (branch.byElement?.size === 0) branch.byElement = undefined;
    if (branch.ranges?.isEmpty) branch.ranges = undefined;
    if (branch.byKey || branch.byElement || branch.ranges) return;
    const name = path[0] ?? '';
    const branches = this.branches?.get(name);
    branches?.delete(pathText(path));
    if (branches?.size === 0) this.branches?.delete(name);
    if (this.branches?.size === 0) this.branches = undefined;
  }
}

type Fields<T> = ReadonlyMap<string, ReadonlyMap<string, Branch<T>>>;

/** Looks at the fewer of the two: the fields of the row, or those that are asked for. */
function collectFields<T>(fields: Fields<T>, row: DatabaseRow, found: Set<T>): void {
  const names = Object.keys(row);
  if (fields.size < names.length) {
    for (const [name, branches] of fields) if (Object.hasOwn(row, name)) collectBranches(branches, row, found);
  } else {
    for (const name of names) {
      const branches = fields.get(name);
      if (branches) collectBranches(branches, row, found);
    }
  }
}

function collectBranches<T>(branches: ReadonlyMap<string, Branch<T>>, row: DatabaseRow, found: Set<T>): void {
  for (const { path, byKey, byElement, ranges } of branches.values()) {
    const value = readPath(row, path);
    if (byKey) for (const key of keysOfValue(value)) byKey.get(key)?.collect(row, found);
    if (byElement) collectHolding(byElement, value, row, found);
    ranges?.collect(value, found);
  }
}

/** A list is looked up by its elements. A text, an object or a range can hold anything: whoever looks into it is found. */
function collectHolding<T>(byElement: Nodes<T>, value: unknown, row: DatabaseRow, found: Set<T>): void {
  switch (kindOf(value)) {
    case 'array':
    case 'set': {
      const keys = new Set<unknown>();
      for (const element of value as Iterable<unknown>) for (const key of keysOfValue(element)) keys.add(key);
      for (const key of keys) byElement.get(key)?.collect(row, found);
      return;
    }
    case 'string':
    case 'uuid':
    case 'object':
    case 'range':
      for (const node of byElement.values()) node.collect(row, found);
      return;
    default:
  }
}
