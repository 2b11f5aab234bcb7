import type { Expression, Parts, Scope, Step } from './expression.js';
import { partsOf } from './parts.js';
import { UnsupportedExpression } from './tokens.js';

/** At the principal's own record, at its edges, at what those lead to, in a token, anywhere else, or of a row. */
export type Place = 'own' | 'edge' | 'node' | 'claims' | 'value' | 'row';

/** Where steps begin. */
export interface Origin {
  readonly place: Place;
  /** The steps from the principal's own record to there. Absent: it isn't reached from there. */
  readonly path?: readonly Step[];
  /** What of a row it is. */
  readonly ofRow?: Pick<Parts, 'way' | 'accesses'>;
}

/** What names that aren't of SurrealQL stand for, where an expression is parsed. */
export interface Names {
  readonly parameters: ReadonlyMap<string, Origin>;
  /** What can be written instead of other parameters. */
  readonly instead: string;
  /** What the body of a function of the database is made of. @throws UnsupportedExpression */
  partsOfFunction(name: string, given: readonly Expression[], scope: Scope): Parts;
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
  partsOfFunction: (name) => {
    throw new UnsupportedExpression(`${name} is not defined`);
  },
};

/** Have a meaning of their own, whatever they are made to stand for. */
const MEANT = /^\$(?:access|after|auth|before|event|input|parent|request|self|session|this|token|value)$/;

/** A name that a function gives. @throws UnsupportedExpression for those of SurrealDB */
export function ownName(name: string): string {
  if (!MEANT.test(name)) return name;
  throw new UnsupportedExpression(`${name} has a meaning of its own: take another name`);
}

/** Where steps begin at a value that has a name of its own. @throws UnsupportedExpression where it is calculated of a row */
export function originOf(value: Expression | undefined, scope: Scope): Origin {
  if (!value) return { place: 'value' };
  if (value.kind === 'constant') {
    if (!value.path) return { place: 'value' };
    return { place: value.path.length === 0 ? 'own' : 'value', path: value.path };
  }
  const { way, accesses, arithmetic } = partsOf(value, scope);
  if (arithmetic === 0) return { place: 'row', ofRow: { accesses: [...new Set(accesses)], ...(way && { way }) } };
  throw new UnsupportedExpression(
    `${value.text} is calculated of the row: name what it is made of, and calculate where it is used`,
  );
}
