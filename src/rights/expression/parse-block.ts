import type { Constant, Reads } from './expression.js';
import { originOf, type Names } from './names.js';
import { expressionAt } from './parse-expression.js';
import { parseSelect } from './parse-select.js';
import { ReadsBuilder, readsOfParts } from './reads.js';
import { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/** What the body of a function reads. @throws UnsupportedExpression where it does anything but read */
export function readsOfBlock(text: string, names: Names): Reads {
  const cursor = new CursorOfTokens(text);
  const block = new BlockParser(cursor, names);
  block.take();
  if (!cursor.atEnd) throw new UnsupportedExpression(`${cursor.rest} is not understood`);
  return block.reads.build();
}

class BlockParser {
  readonly reads = new ReadsBuilder();
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
    this.names = { ...names, parameters: new Map(names.parameters).set(text, originOf(value)) };
  }

  private choice(): void {
    this.value();
    this.take();
    if (!this.cursor.take('ELSE')) return;
    if (this.cursor.take('IF')) this.choice();
    else this.take();
  }

  /** @returns what it is, if that is a constant by itself */
  private value(): Constant | undefined {
    const { cursor, names } = this;
    if (cursor.take('SELECT')) {
      const parts = parseSelect(cursor, (scope) => expressionAt(cursor, scope, names));
      this.reads.include(readsOfParts(parts));
      return undefined;
    }
    const expression = expressionAt(cursor, [], names);
    if (expression.kind !== 'constant') {
      throw new UnsupportedExpression(
        `${expression.text} is not supported: a function has no row, so name what is handed to it`,
      );
    }
    this.reads.include(expression.reads);
    return expression;
  }
}
