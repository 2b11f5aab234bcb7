import { compareValues } from '../values/compare.js';

/** Above every value. */
export const TOP = Symbol('top');

interface Node<T> {
  readonly from: unknown;
  readonly to: unknown;
  readonly items: Set<T>;
  readonly priority: number;
  /** Greatest `to` in this subtree. */
  most: unknown;
  left: Node<T> | undefined;
  right: Node<T> | undefined;
}

/**
 * Items by closed interval of values; `undefined`, NONE, is below every value and `TOP` above. Finds the intervals that
 * overlap another in O(log n + found), adds and removes in O(log n): a treap by lower bound that knows the greatest
 * upper bound of each subtree.
 */
export class IntervalTree<T> {
  private root: Node<T> | undefined;

  get isEmpty(): boolean {
    return this.root === undefined;
  }

  add(from: unknown, to: unknown, item: T): void {
    this.root = insert(this.root, from, to, item);
  }

  remove(from: unknown, to: unknown, item: T): void {
    this.root = withdraw(this.root, from, to, item);
  }

  /** Adds the items whose interval has a value from `least` to `most` in it. */
  collect(least: unknown, most: unknown, found: Set<T>): void {
    search(this.root, least, most, found);
  }
}

function search<T>(node: Node<T> | undefined, least: unknown, most: unknown, found: Set<T>): void {
  if (node === undefined || compareEnds(node.most, least) < 0) return;
  search(node.left, least, most, found);
  if (compareEnds(node.from, most) > 0) return;
  if (compareEnds(node.to, least) >= 0) for (const item of node.items) found.add(item);
  search(node.right, least, most, found);
}

function insert<T>(node: Node<T> | undefined, from: unknown, to: unknown, item: T): Node<T> {
  if (node === undefined) {
    return { from, to, items: new Set([item]), priority: Math.random(), most: to, left: undefined, right: undefined };
  }
  const order = compareEnds(from, node.from) || compareEnds(to, node.to);
  if (order === 0) {
    node.items.add(item);
    return node;
  }
  if (order < 0) {
    node.left = insert(node.left, from, to, item);
    return node.left.priority > node.priority ? rotateRight(node, node.left) : refresh(node);
  }
  node.right = insert(node.right, from, to, item);
  return node.right.priority > node.priority ? rotateLeft(node, node.right) : refresh(node);
}

function withdraw<T>(node: Node<T> | undefined, from: unknown, to: unknown, item: T): Node<T> | undefined {
  if (node === undefined) return undefined;
  const order = compareEnds(from, node.from) || compareEnds(to, node.to);
  if (order === 0) {
    node.items.delete(item);
    return node.items.size === 0 ? merge(node.left, node.right) : node;
  }
  if (order < 0) node.left = withdraw(node.left, from, to, item);
  else node.right = withdraw(node.right, from, to, item);
  return refresh(node);
}

/** Joins two subtrees of which all of the first are before all of the second. */
function merge<T>(left: Node<T> | undefined, right: Node<T> | undefined): Node<T> | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return refresh(left);
  }
  right.left = merge(left, right.left);
  return refresh(right);
}

function rotateRight<T>(node: Node<T>, left: Node<T>): Node<T> {
  node.left = left.right;
  left.right = refresh(node);
  return refresh(left);
}

function rotateLeft<T>(node: Node<T>, right: Node<T>): Node<T> {
  node.right = right.left;
  right.left = refresh(node);
  return refresh(right);
}

function refresh<T>(node: Node<T>): Node<T> {
  let most = node.to;
  if (node.left && compareEnds(node.left.most, most) > 0) most = node.left.most;
  if (node.right && compareEnds(node.right.most, most) > 0) most = node.right.most;
  node.most = most;
  return node;
}

function compareEnds(a: unknown, b: unknown): number {
  if (a === TOP || b === TOP) return Number(a === TOP) - Number(b === TOP);
  return typeof a === 'number' && typeof b === 'number' ? a - b || 0 : compareValues(a, b);
}
