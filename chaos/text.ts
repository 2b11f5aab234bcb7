import { createHash } from 'node:crypto';
import { RecordId } from 'surrealdb';
import type { View } from './view.js';

/** Longer ones are told apart by their digest: large rows of a whole run needn't be kept. */
const LONGEST = 400;

/** A row as it is delivered to a subscriber of a view: its fields, in an order of their own. */
export function rowText({ fields }: Pick<View, 'fields'>, row: Readonly<Record<string, unknown>>): string {
  const names = fields ? ['id', ...fields] : Object.keys(row).sort();
  return shortened(JSON.stringify(names.map((name) => [name, canonical(row[name])])));
}

function canonical(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(canonical);
  if (value instanceof RecordId) return value.toString();
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([name, inner]) => [name, canonical(inner)]),
  );
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, 100)}… ${createHash('sha256').update(text).digest('base64')}`;
}
