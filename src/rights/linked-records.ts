import type { Access, Statement } from './expression/expression.js';
import { reachOf, type SchemaOf } from './reach.js';
import { isSingleLink, linkedTables } from './table-schema.js';

/** Records that a statement reads at the end of links, of which it reads nothing but fields. */
export interface LinkedStatement {
  /** The fields that link to them, from the row on. */
  readonly way: readonly string[];
  readonly tables: readonly string[];
  /** The records' fields that are read. */
  readonly reads: readonly string[];
  readonly statement: Statement;
}

export interface Links {
  readonly linked: readonly LinkedStatement[];
  /** What is read behind the last of them. */
  readonly beyond: ReadonlySet<string>;
}

/**
 * The links that all accesses of a statement go along, as long as each is a single one: the record there can be looked at as it was and as
 * it is.
 */
export function linksOf(statement: Statement, accesses: readonly Access[], table: string, schemaOf: SchemaOf): Links {
  const linked: LinkedStatement[] = [];
  let tables: readonly string[] = [table];
  let beyond: ReadonlySet<string> = new Set(accesses.flatMap((access) => [...reachOf(access, table, schemaOf)]));
  const [first] = accesses;
  if (!first || accesses.some(({ from }) => from !== 'row')) return { linked, beyond };
  const way: string[] = [];
  for (const step of first.path) {
    if (!('field' in step)) break;
    const depth = way.length;
    const next = accesses.map(({ path }) => (isField(path[depth], step.field) ? path[depth + 1] : undefined));
    const reads = next.flatMap((one) => (one && 'field' in one && one.field !== 'id' ? one.field : []));
    const kinds = tables.map((one) => schemaOf(one).fields.get(step.field)?.kind);
    if (reads.length < accesses.length || !kinds.every(isLink)) break;
    way.push(step.field);
    tables = [...new Set(kinds.flatMap((kind) => linkedTables(kind) ?? []))];
    linked.push({ way: [...way], tables, reads, statement });
    beyond = reachFrom(
      accesses.map(({ path }) => path.slice(way.length)),
      tables,
      schemaOf,
    );
  }
  return { linked, beyond };
}

function isField(step: Access['path'][number] | undefined, name: string): boolean {
  return step !== undefined && 'field' in step && step.field === name;
}

function isLink(kind: string | undefined): kind is string {
  return kind !== undefined && isSingleLink(kind) && linkedTables(kind) !== undefined;
}

/** What is read on ways from records of some tables, beside those records themselves. */
function reachFrom(
  paths: readonly Access['path'][],
  tables: readonly string[],
  schemaOf: SchemaOf,
): ReadonlySet<string> {
  return new Set(
    tables.flatMap((table) => paths.flatMap((path) => [...reachOf({ from: 'row', path }, table, schemaOf)])),
  );
}
