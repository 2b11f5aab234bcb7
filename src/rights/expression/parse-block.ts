import type { Expression, Parts } from './expression.js';
import { originOf, ownName, type Names } from './names.js';
import { expressionAt } from './parse-expression.js';
import { parseSelect } from './parse-select.js';
import { isOfRow, joinParts, partsOf } from './parts.js';
import { readsOfParts } from './reads.js';
import { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/** What the body of a function is made of. @throws UnsupportedExpression where it does anything but read */
export function partsOfBlock(text: string, names: Names): Parts {
  const cursor = new CursorOfTokens(text);
  const block = new BlockParser(cursor, names);
  block.take();
  if (!cursor.atEnd) throw new UnsupportedExpression(`${cursor.rest} is not understood`);
  return joinParts(block.parts);
}

class BlockParser {
  readonly parts: Parts[] = [];
  private names: Names;

  constructor(
    private readonly cursor: CursorOfTokens,
    names: Names,
  ) {
    this.names = names;
  }

  /** Statements in braces. What LET names is known up to the end of them. */
  take(): void {
    const { cursor, names } = this;
    cursor.expect('{');
    while (!cursor.take('}')) {
      this.statement();
      if (cursor.take(';')) continue;
      cursor.expect('}');
      break;
    }
    this.names = names;
  }

  private statement(): void {
    const { cursor } = this;
    if (cursor.take('LET')) this.named();
    else if (cursor.take('IF')) this.choice();
    else {
      cursor.take('RETURN');
      this.value();
    }
  }

  private named(): void {
    const { kind, text } = this.cursor.next();
    if (kind !== 'parameter') throw new UnsupportedExpression(`LET ${text} is not understood`);
    this.cursor.expect('=');
    const value = this.value();
    const { names } = this;
    this.names = { ...names, parameters: new Map(names.parameters).set(ownName(text), originOf(value, [])) };
  }

  private choice(): void {
    this.value();
    this.take();
    if (!this.cursor.take('ELSE')) return;
    if (this.cursor.take('IF')) this.choice();
    else this.take();
  }

  private value(): Expression {
    const { cursor, names } = this;
    const start = cursor.start;
    if (!cursor.take('SELECT')) return this.noted(expressionAt(cursor, [], names));
    const parts = parseSelect(cursor, (scope) => expressionAt(cursor, scope, names));
    const placed = { text: cursor.textFrom(start), start };
    if (isOfRow(parts)) return this.noted({ kind: 'row', parts, ...placed });
    return this.noted({ kind: 'constant', reads: readsOfParts(parts), ...placed });
  }

  private noted(value: Expression): Expression {
    const parts = partsOf(value, []);
    // Those of what is selected have tables.
    if (parts.accesses.some(({ from }) => from.length === 0)) {
      throw new UnsupportedExpression(
        `${value.text} is not supported: a function has no row, so name what is handed to it`,
      );
    }
    this.parts.push(parts);
    return value;
  }
}
