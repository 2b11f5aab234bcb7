import type { Way } from './expression/expression.js';
import { UnsupportedExpression } from './expression/tokens.js';
import { fieldsBehind, fieldsFrom, type FieldsRead, type SchemaOf } from './reach.js';

/** What permissions read for one principal along links, beside what their text names. */
export interface OwnReach {
  /** The tables, each with the fields that are read of its records. */
  readonly fields: FieldsRead;
  /** It can't be known, or nothing tells when it changes. */
  readonly anything: boolean;
}

export const NOTHING: OwnReach = { fields: new Map(), anything: false };
export const ANYTHING: OwnReach = { fields: new Map(), anything: true };

export function joinReaches(all: readonly OwnReach[]): OwnReach {
  const fields = new Map<string, ReadonlySet<string>>();
  for (const reach of all) {
    for (const [table, names] of reach.fields) fields.set(table, new Set([...names, ...(fields.get(table) ?? [])]));
  }
  return { fields, anything: all.some(({ anything }) => anything) };
}

/** @param owner the table of the principal's own record */
export function ownReach(ways: readonly Way[], owner: string, schemaOf: SchemaOf): OwnReach {
  const fields = new Map<string, Set<string>>();
  let anything = false;
  for (const way of ways) {
    try {
      for (const [table, names] of onWay(way, owner, schemaOf)) {
        const known = fields.get(table) ?? new Set();
        fields.set(table, known);
        for (const name of names) known.add(name);
      }
    } catch (error) {
      if (!(error instanceof UnsupportedExpression)) throw error;
      anything = true;
    }
  }
  return { fields, anything };
}

function onWay({ from, path }: Way, owner: string, schemaOf: SchemaOf): Iterable<[string, ReadonlySet<string>]> {
  if (from !== 'own') return fieldsBehind(from, path, schemaOf);
  const [first, ...rest] = path;
  if (!first || !('edges' in first)) return fieldsFrom(owner, path, false, schemaOf);
  // Its own edges are known by their ends.
  return first.edges.flatMap((edge) => [...fieldsFrom(edge, rest, true, schemaOf)]);
}
