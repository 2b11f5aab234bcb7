import { tokensOf, UnsupportedExpression, type Token } from './tokens.js';

/** Goes over the tokens of an expression. Words of operators are in capitals, as SurrealDB writes them. */
export class CursorOfTokens {
  private readonly tokens: readonly Token[];
  private at = 0;

  /** @throws UnsupportedExpression */
  constructor(private readonly text: string) {
    this.tokens = tokensOf(text);
  }

  get atEnd(): boolean {
    return this.at === this.tokens.length;
  }

  /** Where the next token begins. */
  get start(): number {
    return this.tokens[this.at]?.start ?? this.text.length;
  }

  get rest(): string {
    return this.text.slice(this.start, this.start + 64);
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token {
    const token = this.tokens[this.at];
    if (!token) throw new UnsupportedExpression('it ends too early');
    this.at += 1;
    return token;
  }

  /** Whether the next token is this sign or word, which is passed then. */
  take(text: string): boolean {
    const token = this.peek();
    if (token?.text !== text || (token.kind !== 'sign' && token.kind !== 'name')) return false;
    this.at += 1;
    return true;
  }

  takeOneOf(texts: readonly string[]): boolean {
    return texts.some((text) => this.take(text));
  }

  takeComparator(...known: readonly [Readonly<Record<string, unknown>>, ReadonlySet<string>]): string | undefined {
    const token = this.peek();
    if (!token || (token.kind !== 'sign' && token.kind !== 'name')) return undefined;
    if (!Object.hasOwn(known[0], token.text) && !known[1].has(token.text)) return undefined;
    this.at += 1;
    return token.text;
  }

  /** @throws UnsupportedExpression where something else comes */
  expect(text: string): void {
    if (!this.take(text)) throw new UnsupportedExpression(`${this.rest || 'the end'} is not understood`);
  }

  /** What was passed since a place. */
  textFrom(start: number): string {
    return this.text.slice(start, this.tokens[this.at - 1]?.end ?? start);
  }
}
