import type { Condition } from './condition.js';
import { normalize } from './normalize.js';

/**
 * A text that is the same for conditions that amount to the same thing: whatever the order of keys and branches, with
 * repeats, nested `and`s, `not` or its opposite operator, equality written out or not. Injective otherwise.
 */
export function canonicalText(condition: Condition): string {
  return textOf(normalize(condition));
}

function textOf(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const parts = distinct(condition.of.map(textOf));
      const [only] = parts;
      return only !== undefined && parts.length === 1 ? only : `${condition.kind}(${parts.join()})`;
    }
    case 'not':
      return `not(${textOf(condition.of)})`;
    case 'compare': {
      const { operator, operand, path } = condition;
      const unordered = operator === 'in' || operator === 'nin';
      const value = unordered ? `[${distinct((operand as unknown[]).map(jsonText)).join()}]` : jsonText(operand);
      return `${JSON.stringify(path)}${operator}${value}`;
    }
  }
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
