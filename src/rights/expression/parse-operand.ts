import { parseName } from '../../values/record-name.js';
import type { Constant, Expression } from './expression.js';
import { isKnownFunction, isKnownMethod, whyUnknown } from './known-functions.js';
import { ReadsBuilder } from './reads.js';
import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

export type Operand = Expression;

type ParseInner = () => Expression;

/** Where steps begin: at the principal's own record, at its edges, at what those lead to, in a token, or anywhere else. */
type Place = 'own' | 'edge' | 'node' | 'claims' | 'value';

const WORDS: ReadonlySet<string> = new Set(['NONE', 'NULL', 'true', 'false']);
const PARAMETERS: ReadonlySet<string> = new Set(['$auth', '$token', '$access', '$session']);
/** Begin statements. None of them has a place in a permission that is only to read. */
const STATEMENTS =
  /^(?:ACCESS|ALTER|BEGIN|BREAK|CANCEL|COMMIT|CONTINUE|CREATE|DEFINE|DELETE|FOR|IF|INFO|INSERT|KILL|LET|LIVE|OPTION|REBUILD|RELATE|REMOVE|RETURN|SELECT|SHOW|SLEEP|THROW|UPDATE|UPSERT|USE)$/i;

/** One operand of a comparison or of arithmetic, with the steps behind it. */
export function parseOperand(cursor: CursorOfTokens, inner: ParseInner): Operand {
  return new OperandParser(cursor, inner).operand();
}

class OperandParser {
  private readonly reads = new ReadsBuilder();
  private readonly start: number;

  constructor(
    private readonly cursor: CursorOfTokens,
    private readonly inner: ParseInner,
  ) {
    this.start = cursor.start;
  }

  operand(): Operand {
    const { cursor } = this;
    const token = cursor.peek();
    if (!token) throw new UnsupportedExpression('it ends too early');
    if (token.kind === 'parameter') return this.parameter();
    if (token.kind === 'literal') return this.literal();
    if (token.kind === 'name') return this.named();
    if (cursor.take('-')) return this.negative();
    if (cursor.take('(')) return this.inParentheses();
    if (cursor.take('[')) return this.collected();
    throw new UnsupportedExpression(`${cursor.rest} is not understood`);
  }

  private literal(): Operand {
    if (/^[a-z]?["']/.test(this.cursor.next().text) && this.cursor.peek()?.text === ':') {
      throw new UnsupportedExpression(`${this.cursor.rest} is not understood`);
    }
    return this.constant();
  }

  private negative(): Operand {
    if (this.cursor.peek()?.kind !== 'literal')
      throw new UnsupportedExpression('a minus sign needs a number behind it');
    return this.literal();
  }

  private parameter(): Operand {
    const name = this.cursor.next().text;
    if (!PARAMETERS.has(name)) {
      const known = [...PARAMETERS].join(', ');
      throw new UnsupportedExpression(`${name} can't be followed: use fields of the row, ${known}`);
    }
    this.steps(name === '$auth' ? 'own' : name === '$token' ? 'claims' : 'value');
    return this.constant();
  }

  private named(): Operand {
    const { cursor } = this;
    const { text } = cursor.next();
    if (WORDS.has(text)) return this.constant();
    const following = cursor.peek()?.text;
    if (STATEMENTS.test(text)) throw new UnsupportedExpression(`statements such as ${text} are not supported`);
    if (following === '::' || following === '(') return this.call(text);
    if (following === '.' || following === '[' || following === '->' || following === '<-' || following === '<->') {
      throw new UnsupportedExpression(
        `${text}${following}… reads beyond a field of the row, where it may follow a link: copy what is asked for into a field of the row itself`,
      );
    }
    const name = parseName(text);
    if (name === undefined || name === '__proto__' || name.includes('.')) {
      throw new UnsupportedExpression(`${text} is no field that can be followed`);
    }
    return { kind: 'field', name };
  }

  /** A function of constants is one. */
  private call(first: string): Operand {
    const { cursor } = this;
    let name = first;
    while (cursor.take('::')) name += `::${cursor.next().text}`;
    if (cursor.peek()?.text !== '(' && /^math::[a-z]/.test(name)) return this.constant();
    cursor.expect('(');
    if (!isKnownFunction(name)) throw new UnsupportedExpression(whyUnknown(name));
    this.constants(
      ')',
      `${name} of the row is worked out by the database alone: keep what it gives in a field (DEFINE FIELD … VALUE)`,
    );
    return this.stepped();
  }

  private inParentheses(): Operand {
    const { cursor } = this;
    if (cursor.peek()?.kind === 'name' && cursor.peek(1)?.text === ':') return this.record();
    const expression = this.inner();
    cursor.expect(')');
    if (expression.kind !== 'constant') {
      const following = cursor.peek()?.text;
      if (following === '.' || following === '[') throw new UnsupportedExpression(`${cursor.rest} is not understood`);
      return expression;
    }
    this.reads.include(expression.reads);
    return this.stepped();
  }

  /** A record id, as `(person:1)`. */
  private record(): Operand {
    const { cursor } = this;
    for (let token = cursor.next(); token.text !== ')'; token = cursor.next()) {
      const isPlain = token.kind === 'literal' || /^[:,-]$/.test(token.text) || token.kind === 'name';
      if (token.text === '[') this.elements();
      else if (!isPlain) throw new UnsupportedExpression(`${token.text} in a record id is not supported`);
    }
    return this.constant();
  }

  private collected(): Operand {
    this.elements();
    return this.stepped();
  }

  private elements(): void {
    this.constants(']', 'lists of fields of the row are not supported: compare each of them');
  }

  /** Constants with commas between them, up to a sign. What they read is read here. @throws UnsupportedExpression for others */
  private constants(end: string, refusal: string): void {
    const parts: Expression[] = [];
    while (!this.cursor.take(end)) {
      if (parts.length > 0) this.cursor.expect(',');
      parts.push(this.inner());
    }
    for (const part of parts) {
      if (part.kind !== 'constant') throw new UnsupportedExpression(refusal);
      this.reads.include(part.reads);
    }
  }

  /** A constant, with the steps behind it. */
  private stepped(): Constant {
    this.steps('value');
    return this.constant();
  }

  private constant(): Constant {
    return { kind: 'constant', text: this.cursor.textFrom(this.start), reads: this.reads.build() };
  }

  /** Fields, edges and elements behind a value. */
  private steps(from: Place): void {
    let place = from;
    for (;;) {
      if (this.cursor.take('.')) place = this.field(place);
      else if (this.cursor.takeOneOf(['->', '<-', '<->'])) place = this.edge(place);
      else if (this.cursor.take('[')) this.element();
      else return;
    }
  }

  private field(from: Place): Place {
    const { cursor } = this;
    if (cursor.take('*')) return this.readFrom(from);
    const token = cursor.next();
    if (token.kind !== 'name') throw new UnsupportedExpression(`${token.text} behind a point is not supported`);
    if (cursor.take('(')) {
      if (!isKnownMethod(token.text)) throw new UnsupportedExpression(`the method ${token.text}() is not supported`);
      this.constants(')', `${token.text}() of the row is not supported`);
      return 'value';
    }
    return from === 'own' && token.text === 'id' ? 'own' : this.readFrom(from);
  }

  /** Notes whose fields are read. */
  private readFrom(place: Place): Place {
    if (place === 'own') this.reads.ownField();
    else if (place === 'node') this.reads.node();
    else if (place === 'value') this.reads.link();
    return place === 'claims' ? 'claims' : 'value';
  }

  /** The name of a table, or of some in parentheses: `->member`, `->(member, guest)`. */
  private edge(from: Place): Place {
    const { cursor } = this;
    if (from === 'value' || from === 'claims') this.reads.link();
    if (from === 'node') this.reads.node();
    const isGroup = cursor.take('(');
    do {
      const token = cursor.next();
      const table = token.kind === 'name' ? parseName(token.text) : undefined;
      if (table === undefined) throw new UnsupportedExpression(`->${token.text} is not supported: name the tables`);
      this.reads.step(table, from === 'own' ? 'edge' : from === 'edge' ? 'node' : 'further');
    } while (isGroup && cursor.take(','));
    if (isGroup) cursor.expect(')');
    return from === 'own' ? 'edge' : 'node';
  }

  private element(): void {
    const token = this.cursor.next();
    if (token.kind !== 'literal' && token.text !== '$') {
      throw new UnsupportedExpression(`[${token.text}… is not supported: give the place of an element`);
    }
    this.cursor.expect(']');
  }
}
