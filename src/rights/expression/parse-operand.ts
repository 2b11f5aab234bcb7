import { parseName } from '../../values/record-name.js';
import type { Access, Constant, Expression, ParseInner, Parts, Scope } from './expression.js';
import { isFunctionOfRows, isKnownFunction, whyNotOfRows, whyUnknown } from './known-functions.js';
import type { Names, Origin } from './names.js';
import { takeCast } from './parse-cast.js';
import { includeConstants, takeList } from './parse-list.js';
import { parseSelect } from './parse-select.js';
import { isOfRow, joinParts, noParts, partsOf } from './parts.js';
import { ReadsBuilder, readsOfParts } from './reads.js';
import { StepsParser } from './parse-steps.js';
import { parseWay, takeElement } from './parse-way.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

const WORDS: ReadonlySet<string> = new Set(['NONE', 'NULL', 'true', 'false']);
/** Begin statements. None of them has a place in a permission that is only to read, but for SELECT in parentheses. */
const STATEMENTS =
  /^(?:ACCESS|ALTER|BEGIN|BREAK|CANCEL|COMMIT|CONTINUE|CREATE|DEFINE|DELETE|FOR|IF|INFO|INSERT|KILL|LET|LIVE|OPTION|REBUILD|RELATE|REMOVE|RETURN|SELECT|SHOW|SLEEP|THROW|UPDATE|UPSERT|USE)$/i;

/** One operand of a comparison or of arithmetic, with the steps behind it. */
export function parseOperand(cursor: CursorOfTokens, scope: Scope, names: Names, inner: ParseInner): Expression {
  return new OperandParser(cursor, scope, names, inner).operand();
}

class OperandParser {
  private readonly reads = new ReadsBuilder();
  private readonly start: number;

  constructor(
    private readonly cursor: CursorOfTokens,
    private readonly scope: Scope,
    private readonly names: Names,
    private readonly inner: ParseInner,
  ) {
    this.start = cursor.start;
  }

  operand(): Expression {
    const { cursor } = this;
    const token = cursor.peek();
    if (!token) throw new UnsupportedExpression('it ends too early');
    if (token.kind === 'parameter') return this.parameter();
    if (token.kind === 'literal') return this.literal();
    if (token.kind === 'name') return this.named();
    if (cursor.take('-')) return this.negative();
    if (cursor.take('(')) return this.inParentheses();
    if (cursor.take('[')) return this.collected();
    if (cursor.take('<')) return this.cast();
    if (token.text === '->' || token.text === '<-' || token.text === '<->')
      return this.way({ from: this.scope, path: [] });
    throw new UnsupportedExpression(`${cursor.rest} is not understood`);
  }

  private literal(): Expression {
    if (/^[a-z]?["']/.test(this.cursor.next().text) && this.cursor.peek()?.text === ':') {
      throw new UnsupportedExpression(`${this.cursor.rest} is not understood`);
    }
    return this.constant();
  }

  private negative(): Expression {
    if (this.cursor.peek()?.kind !== 'literal')
      throw new UnsupportedExpression('a minus sign needs a number behind it');
    return this.literal();
  }

  private parameter(): Expression {
    const name = this.cursor.next().text;
    const { parameters, instead } = this.names;
    const origin = parameters.get(name);
    if (!origin) throw new UnsupportedExpression(`${name} can't be followed: use ${instead}`);
    if (origin.place !== 'row') return this.stepped(origin);
    const { way, accesses = [] } = origin.ofRow ?? {};
    return way ? this.way(way) : this.ofRow([], { ...noParts(), accesses });
  }

  private named(): Expression {
    const { cursor } = this;
    const { text } = cursor.next();
    if (WORDS.has(text)) return this.constant();
    const following = cursor.peek()?.text;
    if (STATEMENTS.test(text)) throw new UnsupportedExpression(`statements such as ${text} are not supported`);
    if (following === '::' || following === '(') return this.call(text);
    const name = parseName(text);
    if (name === undefined || name === '__proto__' || name.includes('.')) {
      throw new UnsupportedExpression(`${text} is no field that can be followed`);
    }
    if (['.', '[', '->', '<-', '<->'].includes(following ?? ''))
      return this.way({ from: this.scope, path: [{ field: name }] });
    return { kind: 'field', name, ...this.placed() };
  }

  /** Steps from a field of the row, from the row itself, or from what was reached from there. */
  private way(begun: Access): Expression {
    const parts = parseWay(this.cursor, begun, this.scope, this.inner);
    return { kind: 'row', parts, ...this.placed() };
  }

  /** A function of constants is one. */
  private call(first: string): Expression {
    const { cursor } = this;
    let name = first;
    while (cursor.take('::')) name += `::${cursor.next().text}`;
    if (cursor.peek()?.text !== '(' && /^math::[a-z]/.test(name)) return this.constant();
    cursor.expect('(');
    if (name.startsWith('fn::')) return this.defined(name);
    if (!isKnownFunction(name) && !isFunctionOfRows(name)) throw new UnsupportedExpression(whyUnknown(name));
    const given = this.list(')');
    if (given.every((part) => part.kind === 'constant')) {
      if (!isKnownFunction(name)) throw new UnsupportedExpression(whyUnknown(name));
      for (const { reads } of given) this.reads.include(reads);
      return this.stepped();
    }
    if (isFunctionOfRows(name)) return this.ofRow(given);
    throw new UnsupportedExpression(whyNotOfRows(name));
  }

  /** A function of the database: of constants it is one. */
  private defined(name: string): Expression {
    const given = this.list(')');
    const body = this.names.partsOfFunction(name, given, this.scope);
    if (!given.every((part) => part.kind === 'constant')) return this.ofRow(given, body);
    includeConstants(this.reads, given);
    this.reads.include(readsOfParts(body));
    return this.stepped();
  }

  private inParentheses(): Expression {
    const { cursor } = this;
    if (cursor.peek()?.kind === 'name' && cursor.peek(1)?.text === ':') return this.record();
    if (cursor.take('SELECT')) return this.selected();
    const expression = this.inner(this.scope);
    cursor.expect(')');
    if (expression.kind === 'constant') {
      this.reads.include(expression.reads);
      return this.stepped();
    }
    const following = cursor.peek()?.text;
    if (['.', '[', '->', '<-', '<->'].includes(following ?? '')) {
      throw new UnsupportedExpression(`${cursor.rest} is not understood: steps begin at a field of the row`);
    }
    return { ...expression, ...this.placed() };
  }

  /** Nothing of a row is known inside but what was handed to a function: without that it has one value for a principal. */
  private selected(): Expression {
    const parts = parseSelect(this.cursor, this.inner);
    this.cursor.expect(')');
    if (isOfRow(parts)) return this.ofRow([], parts);
    this.reads.include(readsOfParts(parts));
    return this.stepped();
  }

  private cast(): Expression {
    const kinds = takeCast(this.cursor);
    const value = parseOperand(this.cursor, this.scope, this.names, this.inner);
    if (value.kind === 'constant') {
      this.reads.include(value.reads);
      return this.constant();
    }
    const exact = kinds.find((kind) => ['string', 'int', 'float', 'decimal', 'number'].includes(kind));
    if (exact !== undefined) throw new UnsupportedExpression(whyNotOfRows(`<${exact}>`));
    // Something else than what was found: no way leads on from it.
    return { kind: 'row', parts: joinParts([partsOf(value, this.scope)]), ...this.placed() };
  }

  /** A record id, as `(person:1)`. */
  private record(): Expression {
    const { cursor } = this;
    for (let token = cursor.next(); token.text !== ')'; token = cursor.next()) {
      const isPlain = token.kind === 'literal' || /^[:,-]$/.test(token.text) || token.kind === 'name';
      if (token.text === '[') includeConstants(this.reads, this.list(']'));
      else if (!isPlain) throw new UnsupportedExpression(`${token.text} in a record id is not supported`);
    }
    return this.constant();
  }

  private collected(): Expression {
    const items = this.list(']');
    if (!items.every((item) => item.kind === 'constant')) return this.ofRow(items);
    includeConstants(this.reads, items);
    return this.stepped();
  }

  private list(end: string): Expression[] {
    return takeList(this.cursor, end, this.scope, this.inner);
  }

  /** A value made of something of the row. No steps can begin at it, but for an element. */
  private ofRow(of: readonly Expression[], ...more: readonly Parts[]): Expression {
    while (this.cursor.take('[')) takeElement(this.cursor);
    const following = this.cursor.peek()?.text;
    if (['.', '->', '<-', '<->'].includes(following ?? '')) {
      throw new UnsupportedExpression(`${this.cursor.rest} is not understood: steps begin at a field of the row`);
    }
    return {
      kind: 'row',
      parts: joinParts([...of.map((part) => partsOf(part, this.scope)), ...more]),
      ...this.placed(),
    };
  }

  /** A constant, with the steps behind it. */
  private stepped(from: Origin = { place: 'value' }): Constant {
    const path = new StepsParser(this.cursor, this.scope, this.inner, this.reads).takeFrom(from);
    return path ? { ...this.constant(), path } : this.constant();
  }

  private constant(): Constant {
    return { kind: 'constant', ...this.placed(), reads: this.reads.build() };
  }

  private placed(): { readonly text: string; readonly start: number } {
    return { text: this.cursor.textFrom(this.start), start: this.start };
  }
}
