/** What of a principal a constant reads. */
export interface Reads {
  /** Fields of the principal's own record. */
  readonly self: boolean;
  /** Which of them; `*`: any. */
  readonly fields: ReadonlySet<string>;
  /** Tables of edges that begin or end at the principal's own record, where nothing else of theirs is read. */
  readonly edges: ReadonlySet<string>;
  /** All of these tables. */
  readonly tables: ReadonlySet<string>;
  /** Tables that it selects from. */
  readonly selected: ReadonlySet<string>;
  /** It may be anything. */
  readonly anything: boolean;
  /** Ways whose further tables hang on what the fields on them link to. */
  readonly ways: readonly Way[];
}

/** A way from the principal's own record, or from records of some tables. */
export interface Way {
  readonly from: 'own' | readonly string[];
  readonly path: readonly Step[];
}

/** A part of an expression that has one value for a principal, whatever the row. */
export interface Constant {
  readonly kind: 'constant';
  /** As SurrealQL. */
  readonly text: string;
  /** Where it stands in the text of the permission. */
  readonly start: number;
  readonly reads: Reads;
  /** The operands that it is made of. Absent: it is one. */
  readonly operands?: readonly Constant[];
  /** The steps that lead to it from the principal's own record. Absent: it is something else. */
  readonly path?: readonly Step[];
}

export type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'INSIDE' | 'CONTAINS' | 'CONTAINSANY' | 'CONTAINSALL';

/** Whose names a part of an expression knows: the row's, or those of the tables that it selects or steps along. */
export type Scope = 'row' | readonly string[];

/** A field, which may be a link to follow; or edges; or one element of what was stepped to. */
export type Step = { readonly field: string } | { readonly edges: readonly string[] } | { readonly element: true };

/** A way from a row to what is read. */
export interface Access {
  readonly from: Scope;
  /** It begins at rows that are selected. */
  readonly selects?: true;
  readonly path: readonly Step[];
}

/** Parses what stands in parentheses, whose names are those of a scope. */
export type ParseInner = (scope: Scope) => Expression;

/** What a part of an expression is made of. */
export interface Parts {
  readonly constants: readonly Constant[];
  readonly accesses: readonly Access[];
  /** Sums and products of the row. */
  readonly arithmetic: number;
  /** It is this one, and nothing else is done with it. */
  readonly way?: Access;
  /** The functions of the database to which something of the row is handed, as they are defined. */
  readonly called?: readonly string[];
}

interface Placed {
  readonly text: string;
  readonly start: number;
}

/** Whether a record is among those at the end of a way along edges. */
export interface Member {
  readonly of: Constant;
  readonly way: Access;
}

/** What is said of a row, without AND, OR and NOT. */
export type Statement =
  | Constant
  /** A field of the row. */
  | ({ readonly kind: 'field'; readonly name: string } & Placed)
  | ({
      readonly kind: 'compare';
      readonly operator: Comparator;
      readonly field: string;
      readonly operand: Constant;
    } & Placed)
  /** Its value hangs on the row in a way that only the database knows. */
  | ({ readonly kind: 'row'; readonly parts: Parts; readonly member?: Member } & Placed);

/** A permission, as far as it can be followed without the database. */
export type Expression =
  | Statement
  | ({ readonly kind: 'and' | 'or'; readonly of: readonly Expression[] } & Placed)
  | ({ readonly kind: 'not'; readonly of: Expression } & Placed);

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

/** Whether the database has to be asked for each row. */
export function asksOfRow(expression: Expression): boolean {
  return statementsOf(expression).some(({ kind }) => kind === 'row');
}
