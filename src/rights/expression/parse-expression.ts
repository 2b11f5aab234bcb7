import { CursorOfTokens } from './token-cursor.js';
import { parseOperand, type Operand } from './parse-operand.js';
import type { Comparator, Constant, Expression } from './expression.js';
import { joinReads } from './reads.js';
import { UnsupportedExpression } from './tokens.js';

/** Those that are followed; what `negated` names is the opposite of one. */
const COMPARATORS: Readonly<Record<string, { readonly as: Comparator; readonly negated?: true }>> = {
  '=': { as: '=' },
  '!=': { as: '!=' },
  '<': { as: '<' },
  '<=': { as: '<=' },
  '>': { as: '>' },
  '>=': { as: '>=' },
  INSIDE: { as: 'INSIDE' },
  NOTINSIDE: { as: 'INSIDE', negated: true },
  CONTAINS: { as: 'CONTAINS' },
  CONTAINSNOT: { as: 'CONTAINS', negated: true },
  CONTAINSANY: { as: 'CONTAINSANY' },
  CONTAINSNONE: { as: 'CONTAINSANY', negated: true },
  CONTAINSALL: { as: 'CONTAINSALL' },
};
/** The same with both sides exchanged; others have none. */
const MIRRORED: Readonly<Partial<Record<Comparator, Comparator>>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  INSIDE: 'CONTAINS',
  CONTAINS: 'INSIDE',
};
/** Comparisons that SurrealDB knows and that are not followed: of constants they are worked out by it. */
const OTHER_COMPARATORS: ReadonlySet<string> = new Set([
  ...['==', '?=', '*=', 'ALLINSIDE', 'ANYINSIDE', 'NONEINSIDE', 'OUTSIDE', 'INTERSECTS'],
]);
const DEEPEST = 32;

/**
 * A permission's expression, as the definitions of SurrealDB have it. Precedence is SurrealQL's: OR, AND, then one comparison.
 *
 * @throws UnsupportedExpression for what is not understood
 */
export function parseExpression(text: string): Expression {
  const cursor = new CursorOfTokens(text);
  const expression = new ExpressionParser(cursor).or(0);
  if (!cursor.atEnd) throw new UnsupportedExpression(`${cursor.rest} is not understood`);
  return expression;
}

class ExpressionParser {
  constructor(private readonly cursor: CursorOfTokens) {}

  or(depth: number): Expression {
    return this.chain('or', ['OR', '||'], () => this.and(depth));
  }

  private and(depth: number): Expression {
    return this.chain('and', ['AND', '&&'], () => this.comparison(depth));
  }

  private chain(kind: 'and' | 'or', words: readonly string[], part: () => Expression): Expression {
    const start = this.cursor.start;
    const of = [part()];
    while (this.cursor.takeOneOf(words)) of.push(part());
    const [only] = of;
    if (only && of.length === 1) return only;
    return this.constantOf(start, of) ?? { kind, of };
  }

  private comparison(depth: number): Expression {
    const { cursor } = this;
    const start = cursor.start;
    const left = this.operand(depth);
    const operator = cursor.takeComparator(COMPARATORS, OTHER_COMPARATORS);
    if (operator === undefined) return left;
    const right = this.operand(depth);
    if (cursor.takeComparator(COMPARATORS, OTHER_COMPARATORS) !== undefined) {
      throw new UnsupportedExpression('comparisons of comparisons are not supported: put one of them into a field');
    }
    const constant = this.constantOf(start, [left, right]);
    if (constant) return constant;
    const comparison = compared(left, operator, right);
    return comparison ?? { kind: 'row', text: cursor.textFrom(start) };
  }

  /** A part of a comparison, with what binds tighter than that. */
  private operand(depth: number): Expression {
    const { cursor } = this;
    if (depth > DEEPEST) throw new UnsupportedExpression('it is nested too deeply');
    const start = cursor.start;
    if (cursor.take('!')) {
      const inner = this.operand(depth + 1);
      return this.constantOf(start, [inner]) ?? { kind: 'not', of: inner };
    }
    const parts: Operand[] = [parseOperand(cursor, () => this.or(depth + 1))];
    while (cursor.takeOneOf(['+', '-', '*', '/', '%'])) parts.push(parseOperand(cursor, () => this.or(depth + 1)));
    const [only] = parts;
    if (only && parts.length === 1) return only;
    return this.constantOf(start, parts) ?? { kind: 'row', text: cursor.textFrom(start) };
  }

  private constantOf(start: number, parts: readonly Expression[]): Constant | undefined {
    const constants = parts.filter((part) => part.kind === 'constant');
    if (constants.length < parts.length) return undefined;
    return {
      kind: 'constant',
      text: this.cursor.textFrom(start),
      reads: joinReads(constants.map(({ reads }) => reads)),
    };
  }
}

function compared(left: Expression, operator: string, right: Expression): Expression | undefined {
  const known = COMPARATORS[operator];
  if (!known) return undefined;
  const comparison = oriented(left, known.as, right);
  return comparison && known.negated ? { kind: 'not', of: comparison } : comparison;
}

function oriented(left: Expression, operator: Comparator, right: Expression): Expression | undefined {
  if (left.kind === 'field' && right.kind === 'constant') {
    return { kind: 'compare', operator, field: left.name, operand: right };
  }
  const mirrored = MIRRORED[operator];
  if (left.kind !== 'constant' || right.kind !== 'field' || mirrored === undefined) return undefined;
  return { kind: 'compare', operator: mirrored, field: right.name, operand: left };
}
