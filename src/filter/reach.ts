import { createHash } from 'node:crypto';
import { pathText } from '../values/path.js';
import type { Place } from './index-node.js';

/** Rows that a filter may be for, as far as equality says: those with one of some values in the same fields. */
export interface Reach {
  /** Of two reaches with other fields one row can be in both. */
  readonly fields: string;
  /** A row is in one of these at most. */
  readonly values: readonly string[];
}

/** Values and alternatives that are told apart: what has more may be for any row. */
const MOST = 8;
const LONGEST = 128;

const ANY: readonly Reach[] = [{ fields: '', values: [''] }];

/** @param places in the index; `undefined`: it can't be looked up */
export function reachOf(places: readonly Place[] | undefined): readonly Reach[] {
  if (!places || places.length > MOST) return ANY;
  const byFields = new Map<string, Set<string>>();
  for (const place of places) {
    // A row is found by each element of a list.
    const steps = place.steps.filter(({ within }) => !within);
    const size = steps.reduce((product, { keys }) => product * keys.length, 1);
    if (steps.length === 0 || size > MOST) return ANY;
    const fields = short(JSON.stringify(steps.map(({ path }) => pathText(path))));
    const values = byFields.get(fields) ?? new Set();
    byFields.set(fields, values);
    for (const value of combinations(steps)) values.add(value);
  }
  return [...byFields].map(([fields, values]) => ({ fields, values: [...values] }));
}

function combinations(steps: Place['steps']): readonly string[] {
  let all: readonly (readonly string[])[] = [[]];
  for (const { keys } of steps) all = all.flatMap((before) => keys.map((key) => [...before, textOf(key)]));
  return all.map((parts) => short(JSON.stringify(parts)));
}

function textOf(key: unknown): string {
  return `${typeof key} ${String(key)}`;
}

/** It is kept for as long as the filter. */
function short(text: string): string {
  return text.length <= LONGEST ? text : createHash('sha256').update(text).digest('base64');
}
