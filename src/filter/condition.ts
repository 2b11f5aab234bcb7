import type { Path } from '../values/path.js';
import type { RowQuestion } from './row-question.js';

export type Operator =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'in'
  | 'nin'
  | 'contains'
  | 'startsWith'
  | 'exists'
  /** The value is of one of these kinds. Only rights have it and the next ones, no filter that is written. */
  | 'isKind'
  /** So are the elements of an array or set, but for those that are NONE or null; or the value is a text, if texts are among them. */
  | 'holdsKinds'
  /** As `contains`, for an `ExactValue`: what it looks for is of the kind that it says, and nothing else is. */
  | 'holds'
  /** SurrealDB takes the value for true (operand true), or for false. */
  | 'truthy';

/** A parsed filter. `and` of nothing is true for every row, `or` of nothing for none. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly path: Path; readonly operator: Operator; readonly operand: unknown }
  /** What the database says of a row. Only rights have it. */
  | { readonly kind: 'asked'; readonly question: RowQuestion };

/** True for every row. */
export const EVERY_ROW: Condition = { kind: 'and', of: [] };

/** True for no row. */
export const NO_ROW: Condition = { kind: 'or', of: [] };
