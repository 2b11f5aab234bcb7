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
