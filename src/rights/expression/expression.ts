/** What of a principal a constant reads. */
export interface Reads {
  /** Fields of the principal's own record. */
  readonly self: boolean;
  /** Tables of edges that begin or end at the principal's own record, where nothing else of theirs is read. */
  readonly edges: ReadonlySet<string>;
  /** All of these tables. */
  readonly tables: ReadonlySet<string>;
  /** Along a link, into a table that the expression doesn't name. */
  readonly anything: boolean;
}

/** A part of an expression that has one value for a principal, whatever the row. */
export interface Constant {
  readonly kind: 'constant';
  /** As SurrealQL. */
  readonly text: string;
  readonly reads: Reads;
}

export type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'INSIDE' | 'CONTAINS' | 'CONTAINSANY' | 'CONTAINSALL';

/** What is said of a row, without AND, OR and NOT. */
export type Statement =
  | Constant
  /** A field of the row. */
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly field: string; readonly operand: Constant }
  /** Its value hangs on the row in a way that only the database knows. */
  | { readonly kind: 'row'; readonly text: string };

/** A permission, as far as it can be followed without the database. */
export type Expression =
  | Statement
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression };

/** The statements that an expression is made of, in their order. */
export function statementsOf(expression: Expression): readonly Statement[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.of.flatMap(statementsOf);
    case 'not':
      return statementsOf(expression.of);
    default:
      return [expression];
  }
}
