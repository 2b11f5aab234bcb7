import { PolicyError } from './policy-error.js';

/** A piece of a template: text, `{name}` (one or more characters), or `*` (any number of characters). */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly name: string }
  | { readonly kind: 'wildcard' };

/** What the placeholders of a channel pattern stand for in one channel's name. */
export type Captures = ReadonlyMap<string, string>;

/** @throws PolicyError for braces that enclose no name */
export function parseTemplate(text: string, place: string): readonly TemplatePart[] {
  return (text.match(/\{[^{}]*\}|[{}]|\*|[^{}*]+/g) ?? []).map((piece): TemplatePart => {
    if (piece === '*') return { kind: 'wildcard' };
    if (!/^[{}]/.test(piece)) return { kind: 'text', text: piece };
    const name = /^\{([A-Za-z_]\w*)\}$/.exec(piece)?.[1];
    if (name === undefined) throw new PolicyError(place, `${piece} is not a placeholder such as {id}`);
    return { kind: 'placeholder', name };
  });
}

/** What is named is named by text and these placeholders. @throws PolicyError */
export function checkPlaceholders(
  what: string,
  parts: readonly TemplatePart[],
  placeholders: readonly string[],
  place: string,
): void {
  for (const part of parts) {
    if (part.kind === 'wildcard') throw new PolicyError(place, `${what} is named whole, without *`);
    if (part.kind === 'placeholder' && !placeholders.includes(part.name)) {
      throw new PolicyError(place, `unknown placeholder {${part.name}}`);
    }
  }
}

export function fillTemplate(parts: readonly TemplatePart[], captures: Captures): string {
  return parts
    .map((part) => (part.kind === 'text' ? part.text : part.kind === 'placeholder' ? captures.get(part.name) : ''))
    .join('');
}
