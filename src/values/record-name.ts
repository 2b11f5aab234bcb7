import { unescapeText } from './quoted-text.js';

const WORD = /^\w+$/;
const IN_BACKTICKS = /^`((?:[^`\\]|\\[^])*)`$/;
const IN_BRACKETS = /^⟨((?:[^⟩]|(?<=\\)⟩)*)⟩$/;

/** What the name of a table, or a key that is a text, says: bare, in backticks as SurrealDB writes it, or in ⟨⟩ as the SDK does. */
export function parseName(text: string): string | undefined {
  if (WORD.test(text)) return text;
  const escaped = IN_BACKTICKS.exec(text)?.[1];
  if (escaped !== undefined) return unescapeText(escaped);
  // The SDK escapes the closing bracket and nothing else.
  return IN_BRACKETS.exec(text)?.[1]?.replaceAll('\\⟩', '⟩');
}
