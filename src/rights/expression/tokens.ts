/** A piece of an expression, as SurrealDB writes it. */
export interface Token {
  readonly kind: 'name' | 'parameter' | 'literal' | 'sign';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** An expression that can't be followed. The message says which part of it, and what to write instead. */
export class UnsupportedExpression extends Error {
  override readonly name = 'UnsupportedExpression';
}

const SPACE = /\s+/y;
const NAME = /[A-Za-z_]\w*|`(?:[^`\\]|\\[^])*`|⟨(?:[^⟩\\]|\\[^])*⟩/y;
const PARAMETER = /\$(?:\w+|`(?:[^`\\]|\\[^])*`)/y;
const TEXT = /[a-z]?'(?:[^'\\]|\\[^])*'|[a-z]?"(?:[^"\\]|\\[^])*"/y;
/** Numbers, and durations such as `1h30m`. The point of a range (`1..5`) is none of a number. */
const NUMBER = /\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?[A-Za-zµμ\d]*/y;
const SIGN = /<->|->|<-|::|\.\.\.|\.\.=?|[=!<>?*]=|&&|\|\||\?\?|\?:|@@|\*\*|[-+*/%<>=!(){}[\],.:;?|@&×÷∈∉∋∌⊆]/y;

const KINDS = [
  ['literal', TEXT],
  ['literal', NUMBER],
  ['name', NAME],
  ['parameter', PARAMETER],
  ['sign', SIGN],
] as const;

/** @throws UnsupportedExpression */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) at = SPACE.lastIndex;
    if (at === text.length) break;
    const token = tokenAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = start;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found, start, end: start + found.length };
  }
  throw new UnsupportedExpression(`${JSON.stringify(text.slice(start, start + 16))} is not understood`);
}
