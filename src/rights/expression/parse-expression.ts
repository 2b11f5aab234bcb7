import { CursorOfTokens } from './token-cursor.js';
import { parseOperand } from './parse-operand.js';
import type { Comparator, Constant, Expression, Parts, Scope } from './expression.js';
import { NO_FUNCTIONS, type Names } from './names.js';
import { joinParts, operandsOf, partsOf } from './parts.js';
import { joinReads, readsOfParts } from './reads.js';
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
/** Comparisons that SurrealDB knows and that are not followed: they are worked out by it. */
const OTHER_COMPARATORS: ReadonlySet<string> = new Set([
  ...['==', '?=', '*=', 'ALLINSIDE', 'ANYINSIDE', 'NONEINSIDE', 'OUTSIDE', 'INTERSECTS'],
]);
const ARITHMETIC = ['+', '-', '*', '/', '%'];
const DEEPEST = 32;

/**
 * A permission's expression, as the definitions of SurrealDB have it. Precedence is SurrealQL's: OR, AND, then one comparison.
 *
 * @throws UnsupportedExpression for what is not understood
 */
export function parseExpression(text: string, names: Names = NO_FUNCTIONS): Expression {
  const cursor = new CursorOfTokens(text);
  const expression = expressionAt(cursor, 'row', names);
  if (!cursor.atEnd) throw new UnsupportedExpression(`${cursor.rest} is not understood`);
  return expression;
}

/** The expression that comes next. @throws UnsupportedExpression for what is not understood */
export function expressionAt(cursor: CursorOfTokens, scope: Scope, names: Names): Expression {
  return new ExpressionParser(cursor, names).or(0, scope);
}

class ExpressionParser {
  /** An alternative for NONE (`??`) was met: whether it or what is beside it binds tighter hangs on the version of SurrealDB. */
  private alternatives = false;
  /** The signs of arithmetic that were met, in whatever parts: beside an alternative they may join others than it looks. */
  private signs: string[] = [];

  constructor(
    private readonly cursor: CursorOfTokens,
    private readonly names: Names,
  ) {}

  or(depth: number, scope: Scope): Expression {
    const { cursor } = this;
    const { alternatives, signs } = this;
    this.alternatives = false;
    this.signs = [];
    const start = cursor.start;
    const expression = this.chain('or', ['OR', '||'], scope, () => this.and(depth, scope));
    const whole = this.alternatives ? this.verbatim(start, partsOf(expression, scope)) : expression;
    this.alternatives = alternatives;
    this.signs = signs;
    return whole;
  }

  private and(depth: number, scope: Scope): Expression {
    return this.chain('and', ['AND', '&&'], scope, () => this.alternative(depth, scope));
  }

  private chain(kind: 'and' | 'or', words: readonly string[], scope: Scope, part: () => Expression): Expression {
    const start = this.cursor.start;
    const of = [part()];
    while (this.cursor.takeOneOf(words)) of.push(part());
    const [only] = of;
    if (only && of.length === 1) return only;
    return this.constantOf(start, of) ?? { kind, of, ...this.placed(start) };
  }

  private alternative(depth: number, scope: Scope): Expression {
    const start = this.cursor.start;
    const parts = [this.comparison(depth, scope)];
    while (this.cursor.takeOneOf(['??', '?:'])) parts.push(this.comparison(depth, scope));
    const [only] = parts;
    if (only && parts.length === 1) return only;
    this.alternatives = true;
    return this.row(start, parts, scope);
  }

  private comparison(depth: number, scope: Scope): Expression {
    const { cursor } = this;
    const start = cursor.start;
    const left = this.operand(depth, scope);
    const operator = cursor.takeComparator(COMPARATORS, OTHER_COMPARATORS);
    if (operator === undefined) return left;
    const right = this.operand(depth, scope);
    if (cursor.takeComparator(COMPARATORS, OTHER_COMPARATORS) !== undefined) {
      throw new UnsupportedExpression('comparisons of comparisons are not supported: put one of them into a field');
    }
    const constant = this.constantOf(start, [left, right]);
    if (constant) return constant;
    const comparison = this.compared(start, left, operator, right);
    return comparison ?? this.asMember(left, operator, right, this.row(start, [left, right], scope));
  }

  /** Where it asks whether a record is at the end of a way along edges, it says so. */
  private asMember(left: Expression, operator: string, right: Expression, whole: Expression): Expression {
    const [list, of] = operator === 'CONTAINS' ? [left, right] : operator === 'INSIDE' ? [right, left] : [];
    if (whole.kind !== 'row' || list?.kind !== 'row' || of?.kind !== 'constant') return whole;
    const { way } = list.parts;
    const isAlongEdges = way?.from === 'row' && way.path.slice(-2).filter((step) => 'edges' in step).length === 2;
    return isAlongEdges ? { ...whole, member: { of, way } } : whole;
  }

  /** A part of a comparison, with what binds tighter than that. */
  private operand(depth: number, scope: Scope): Expression {
    const { cursor, names } = this;
    if (depth > DEEPEST) throw new UnsupportedExpression('it is nested too deeply');
    const start = cursor.start;
    if (cursor.take('!')) {
      const inner = this.operand(depth + 1, scope);
      return this.constantOf(start, [inner]) ?? { kind: 'not', of: inner, ...this.placed(start) };
    }
    const inner = (of: Scope) => this.or(depth + 1, of);
    const parts: Expression[] = [parseOperand(cursor, scope, names, inner)];
    const signs: string[] = [];
    for (let sign = cursor.peek()?.text ?? ''; cursor.takeOneOf(ARITHMETIC); sign = cursor.peek()?.text ?? '') {
      signs.push(sign);
      parts.push(parseOperand(cursor, scope, names, inner));
    }
    this.signs.push(...signs);
    const [only] = parts;
    if (only && parts.length === 1) return only;
    const constant = this.constantOf(start, parts);
    if (constant) return constant;
    checkSigns(signs);
    return this.row(start, parts, scope, parts.length - 1);
  }

  private constantOf(start: number, parts: readonly Expression[]): Constant | undefined {
    const constants = parts.filter((part) => part.kind === 'constant');
    if (constants.length < parts.length) return undefined;
    return {
      kind: 'constant',
      ...this.placed(start),
      reads: joinReads(constants.map(({ reads }) => reads)),
      operands: constants,
    };
  }

  private row(start: number, of: readonly Expression[], scope: Scope, arithmetic = 0): Expression {
    const parts = joinParts(of.map((part) => partsOf(part, scope)));
    return { kind: 'row', parts: { ...parts, arithmetic: parts.arithmetic + arithmetic }, ...this.placed(start) };
  }

  /** What was passed, as it is: nothing is known of how its parts are joined. */
  private verbatim(start: number, parts: Parts): Expression {
    const constants = parts.constants.flatMap(operandsOf);
    if (parts.accesses.length > 0) {
      checkSigns(this.signs);
      const arithmetic = Math.max(parts.arithmetic, this.signs.length);
      return { kind: 'row', parts: { ...parts, constants, arithmetic }, ...this.placed(start) };
    }
    return { kind: 'constant', ...this.placed(start), reads: readsOfParts(parts), operands: constants };
  }

  private compared(start: number, left: Expression, operator: string, right: Expression): Expression | undefined {
    const known = COMPARATORS[operator];
    if (!known) return undefined;
    const comparison = this.oriented(start, left, known.as, right);
    return comparison && known.negated ? { kind: 'not', of: comparison, ...this.placed(start) } : comparison;
  }

  private oriented(start: number, left: Expression, operator: Comparator, right: Expression): Expression | undefined {
    const placed = this.placed(start);
    if (left.kind === 'field' && right.kind === 'constant') {
      return { kind: 'compare', operator, field: left.name, operand: right, ...placed };
    }
    const mirrored = MIRRORED[operator];
    if (left.kind !== 'constant' || right.kind !== 'field' || mirrored === undefined) return undefined;
    return { kind: 'compare', operator: mirrored, field: right.name, operand: left, ...placed };
  }

  private placed(start: number): { readonly text: string; readonly start: number } {
    return { text: this.cursor.textFrom(start), start };
  }
}

/** @throws UnsupportedExpression for those that give something else for a whole number than for the same one as a float */
function checkSigns(signs: readonly string[]): void {
  const sign = signs.find((one) => one === '/' || one === '%');
  if (sign === undefined) return;
  throw new UnsupportedExpression(
    `the sign ${sign} tells whole numbers from others, which the changefeed's rows don't: keep what it gives in a field (DEFINE FIELD … VALUE)`,
  );
}
