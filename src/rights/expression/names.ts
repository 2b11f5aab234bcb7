import type { Constant, Reads, Step } from './expression.js';
import { UnsupportedExpression } from './tokens.js';

/** At the principal's own record, at its edges, at what those lead to, in a token, or anywhere else. */
export type Place = 'own' | 'edge' | 'node' | 'claims' | 'value';

/** Where steps begin. */
export interface Origin {
  readonly place: Place;
  /** The steps from the principal's own record to there. Absent: it isn't reached from there. */
  readonly path?: readonly Step[];
}

/** What names that aren't of SurrealQL stand for, where an expression is parsed. */
export interface Names {
  readonly parameters: ReadonlyMap<string, Origin>;
  /** What can be written instead of other parameters. */
  readonly instead: string;
  /** What a function of the database reads that is called with constants. @throws UnsupportedExpression */
  readsOfFunction(name: string, given: readonly Constant[]): Reads;
}

/** What a permission may name of a principal. */
export const OF_PRINCIPALS: Pick<Names, 'parameters' | 'instead'> = {
  parameters: new Map<string, Origin>([
    ['$auth', { place: 'own', path: [] }],
    ['$token', { place: 'claims' }],
    ['$access', { place: 'value' }],
    ['$session', { place: 'value' }],
  ]),
  instead: 'fields of the row, $auth, $token, $access, $session',
};

/** Those of a permission that calls no functions. */
export const NO_FUNCTIONS: Names = {
  ...OF_PRINCIPALS,
  readsOfFunction: (name) => {
    throw new UnsupportedExpression(`${name} is not defined`);
  },
};

/** Where steps begin at a value that has a name of its own. */
export function originOf(value: Constant | undefined): Origin {
  if (!value?.path) return { place: 'value' };
  return { place: value.path.length === 0 ? 'own' : 'value', path: value.path };
}
