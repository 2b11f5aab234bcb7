const ESCAPE = /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|([^]?))/gi;

const CHARACTERS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '0': '\0',
  '\\': '\\',
  '/': '/',
  "'": "'",
  '"': '"',
  '`': '`',
};

const ESCAPED: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\u{8}',
  '\f': '\\f',
  '\0': '\\0',
};

/**
 * What a text says that SurrealDB or JSON wrote between quotes or backticks. `undefined` for an escape that neither
 * writes: leaving it as it is would give two texts one meaning.
 */
export function unescapeText(escaped: string): string | undefined {
  if (!escaped.includes('\\')) return escaped;
  let known = true;
  const text = escaped.replace(ESCAPE, (_, point?: string, unit?: string, character?: string) => {
    const code = parseInt(point ?? unit ?? '', 16);
    if (code <= 0x10_ffff) return String.fromCodePoint(code);
    const meant = CHARACTERS[character ?? ''];
    known &&= meant !== undefined;
    return meant ?? '';
  });
  return known ? text : undefined;
}

/** A text between quotes or backticks, as SurrealDB writes it. */
export function quoteText(text: string, quote: '`' | "'" | '"'): string {
  const escaped = text.replaceAll('\\', '\\\\').replace(/[\n\r\t\b\f\0]/g, (character) => ESCAPED[character] ?? '');
  return `${quote}${escaped.replaceAll(quote, `\\${quote}`)}${quote}`;
}
