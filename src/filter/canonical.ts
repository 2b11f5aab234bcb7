import type { Condition } from './condition.js';
import { normalize } from './normalize.js';

/** What a condition amounts to: texts of its parts, or its own. */
interface Canonical {
  readonly kind: 'and' | 'or' | 'single';
  readonly texts: readonly string[];
}

/**
 * A text that is the same for conditions that amount to the same thing: whatever the order of keys and branches, with
 * repeats, nested `and`s, `not` or its opposite operator, equality written out or not. Injective otherwise.
 */
export function canonicalText(condition: Condition): string {
  return textOf(canonical(normalize(condition)));
}

function textOf({ kind, texts }: Canonical): string {
  return kind === 'single' ? texts.join() : `${kind}(${texts.join()})`;
}

function canonical(condition: Condition): Canonical {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return joined(condition.kind, condition.of.map(canonical));
    case 'not':
      return single(`not(${canonicalText(condition.of)})`);
    case 'compare':
      return single(comparisonText(condition));
    case 'asked':
      return single(`asked(${JSON.stringify(condition.question.key)})`);
  }
}

/** What is left of a branch whose parts are all the same belongs to what it is in. */
function joined(kind: 'and' | 'or', parts: readonly Canonical[]): Canonical {
  const inner = new Map(parts.map((part) => [textOf(part), part]));
  const [only] = inner.values();
  if (only && inner.size === 1) return only;
  return { kind, texts: distinct([...inner].flatMap(([text, part]) => (part.kind === kind ? part.texts : [text]))) };
}

function single(text: string): Canonical {
  return { kind: 'single', texts: [text] };
}

function comparisonText({ path, operator, operand }: Extract<Condition, { kind: 'compare' }>): string {
  const place = JSON.stringify(path);
  if (operator !== 'in' && operator !== 'nin') return `${place}${operator}${jsonText(operand)}`;
  const choices = distinct((operand as unknown[]).map(jsonText));
  if (choices.length > 1) return `${place}${operator}[${choices.join()}]`;
  // One choice that comes several times.
  return `${place}${operator === 'in' ? 'eq' : 'ne'}${choices.join()}`;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** JSON with sorted keys. */
function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`);
  return `{${fields.sort().join()}}`;
}
