import type { Access, Step } from './expression/expression.js';
import { UnsupportedExpression } from './expression/tokens.js';
import { canNest, linkedTables, type TableSchema } from './table-schema.js';

/** Looks up what is known of a table. */
export type SchemaOf = (table: string) => TableSchema;

/**
 * The tables whose records are read on a way from a row. Links are followed by the kinds of the fields that hold them.
 *
 * @param own the row's own table: its fields are in the row
 * @throws UnsupportedExpression where it can't be known
 */
export function reachOf({ from, path }: Access, own: string, schemaOf: SchemaOf): ReadonlySet<string> {
  if (from !== 'row') return new Set(fieldsBehind(from, path, schemaOf).keys());
  return new Set(fieldsFrom(own, path, schemaOf(own).edges, schemaOf).keys());
}

/** By table, the fields that are read: of some of them, `*`, whatever is in its records. */
export type FieldsRead = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What is read on a way from a record of a table, beside that record itself.
 *
 * @param isEdge whether it is an edge; `undefined`: it may be
 * @throws UnsupportedExpression where it can't be known
 */
export function fieldsFrom(
  table: string,
  path: readonly Step[],
  isEdge: boolean | undefined,
  schemaOf: SchemaOf,
): FieldsRead {
  const reach = new Reach(schemaOf);
  reach.walk(table, path, isEdge, true);
  return reach.fields;
}

/** What is read on a way from records of some tables, these included. @throws UnsupportedExpression where it can't be known */
export function fieldsBehind(tables: readonly string[], path: readonly Step[], schemaOf: SchemaOf): FieldsRead {
  const reach = new Reach(schemaOf);
  for (const table of tables) reach.walk(table, path, schemaOf(table).edges, false);
  return reach.fields;
}

class Reach {
  readonly fields = new Map<string, Set<string>>();

  constructor(private readonly schemaOf: SchemaOf) {}

  /** @param isEdge whether the step begins at an edge; `undefined`: it may */
  walk(table: string, path: readonly Step[], isEdge: boolean | undefined, isRow: boolean): void {
    let name = '';
    for (const [n, step] of path.entries()) {
      if ('element' in step) continue;
      if ('edges' in step) {
        return this.along(step.edges, path.slice(n + 1), name === '' ? isEdge : this.linksToEdges(table, name));
      }
      if (name === '' && !isRow) this.note(table, step.field);
      name = name === '' ? step.field : `${name}.${step.field}`;
      const field = this.schemaOf(table).fields.get(name);
      if (field?.computed) {
        throw new UnsupportedExpression(
          `the field ${name} of ${table} is computed when it is read, and nothing tells when it changes; use a field with VALUE instead of COMPUTED`,
        );
      }
      const rest = path.slice(n + 1).filter((further) => !('element' in further));
      const [next] = rest;
      if (!next) return;
      if ('edges' in next) continue;
      if (!this.follow(table, name, field?.kind, rest)) return;
    }
  }

  /** From an edge to what it joins, and from all else to edges. What an edge joins is known without it. */
  private along(tables: readonly string[], rest: readonly Step[], isEdge: boolean | undefined): void {
    for (const table of tables) {
      if (isEdge !== true) this.note(table, '*');
      this.walk(table, rest, isEdge === undefined ? undefined : !isEdge, false);
    }
  }

  private note(table: string, field: string): void {
    const known = this.fields.get(table);
    if (known) known.add(field);
    else this.fields.set(table, new Set([field]));
  }

  /** Whether a field links to edges; `undefined`: it may. */
  private linksToEdges(table: string, name: string): boolean | undefined {
    const { kind } = this.schemaOf(table).fields.get(name) ?? {};
    const linked = kind === undefined ? undefined : linkedTables(kind);
    const edges = new Set(linked?.map((one) => this.schemaOf(one).edges));
    const [only] = edges;
    return edges.size === 1 ? only : undefined;
  }

  /** Goes along a link. @returns whether the way can also go on in the same record */
  private follow(table: string, name: string, kind: string | undefined, rest: readonly Step[]): boolean {
    const tables = name === 'id' || kind === undefined ? undefined : linkedTables(kind);
    if (kind === undefined || tables === undefined) {
      throw new UnsupportedExpression(
        name === 'id'
          ? `${name}.… reads the record anew: name its fields`
          : `${name}.… may follow a link to any table: say which (DEFINE FIELD ${name} ON ${table} TYPE record<…>)`,
      );
    }
    for (const linked of tables) this.walk(linked, rest, this.schemaOf(linked).edges, false);
    return canNest(kind);
  }
}
