const HALF_CHARACTER = /\p{Cs}/u;

/** Whether a text is Unicode: JSON can name half of a surrogate pair, of which all become one character in UTF-8. */
export function isWellFormed(text: string): boolean {
  return !HALF_CHARACTER.test(text);
}
