import type { CursorOfTokens } from './token-cursor.js';
import { UnsupportedExpression } from './tokens.js';

/** Behind its first sign, the kind that a value is made: `<option<int>>`. @returns the names in it */
export function takeCast(cursor: CursorOfTokens): readonly string[] {
  const names: string[] = [];
  for (let depth = 1; depth > 0;) {
    const token = cursor.next();
    if (token.text === '<') depth += 1;
    else if (token.text === '>') depth -= 1;
    else if (token.kind === 'name') names.push(token.text);
    else if (token.kind !== 'literal' && !/^[|,]$/.test(token.text)) {
      throw new UnsupportedExpression(`${token.text} in a cast is not supported`);
    }
  }
  const refused = names.find((name) => ['future', 'function', 'regex'].includes(name));
  if (refused !== undefined) throw new UnsupportedExpression(`<${refused}> is not supported`);
  return names;
}
