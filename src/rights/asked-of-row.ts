import type { Access, Constant, Expression, Statement } from './expression/expression.js';
import { statementsOf } from './expression/expression.js';
import { operandsOf, partsOf } from './expression/parts.js';
import { reachOf, type SchemaOf } from './reach.js';
import { isSingleLink, linkedTables } from './table-schema.js';

/** A statement that reads one record, which a field of the row links to, and nothing else that is stored. */
export interface LinkedStatement {
  readonly field: string;
  readonly tables: readonly string[];
  /** The record's fields that are read. */
  readonly reads: readonly string[];
  readonly statement: Statement;
}

/** What the database has to be told, and to read, to answer a permission for a row. */
export interface AskedOfRow {
  readonly fields: readonly string[];
  /** Tables of which a change may matter to any row. */
  readonly tables: ReadonlySet<string>;
  readonly linked: readonly LinkedStatement[];
  /** Whole numbers beyond this one aren't calculated with as the database would. Absent: none are calculated with. */
  readonly largest?: number;
}

/** Bits of a whole number that a float holds exactly. */
const EXACT_BITS = 52;

/** @throws UnsupportedExpression where it can't be known what is read */
export function askedOfRow(expression: Expression, table: string, schemaOf: SchemaOf): AskedOfRow {
  const fields = new Set<string>();
  const tables = new Set<string>();
  const linked: LinkedStatement[] = [];
  let arithmetic = 0;
  for (const statement of statementsOf(expression)) {
    const parts = partsOf(statement, 'row');
    arithmetic += parts.arithmetic;
    const reach = new Set(parts.accesses.flatMap((access) => [...reachOf(access, table, schemaOf)]));
    for (const access of parts.accesses) for (const field of ownField(access)) fields.add(field);
    if (reach.size === 0) continue;
    const link = linkOf(parts.accesses, table, schemaOf);
    if (link === undefined) for (const one of reach) tables.add(one);
    else linked.push({ field: link, tables: [...reach], reads: linkedFields(parts.accesses), statement });
  }
  return {
    fields: [...fields],
    tables,
    linked,
    ...(arithmetic > 0 && { largest: 2 ** Math.floor(EXACT_BITS / (arithmetic + 1)) }),
  };
}

/** The constants that have to be worked out for each principal, by their places in the text. */
export function valuesIn(expression: Expression): readonly Constant[] {
  return partsOf(expression, 'row')
    .constants.filter(isWorkedOut)
    .toSorted((a, b) => a.start - b.start);
}

function isWorkedOut(constant: Constant): boolean {
  return operandsOf(constant).some(({ text, reads }) => {
    return text.includes('$') || reads.anything || reads.self || reads.edges.size > 0 || reads.tables.size > 0;
  });
}

/** The one field of the row that all of it reads, each time to read one field of the record that it links to. */
function linkOf(accesses: readonly Access[], table: string, schemaOf: SchemaOf): string | undefined {
  const links = accesses.map(({ from, path: [first, second, ...more] }) => {
    if (from !== 'row' || !first || !second || more.length > 0) return undefined;
    if (!('field' in first) || !('field' in second) || second.field === 'id') return undefined;
    const kind = schemaOf(table).fields.get(first.field)?.kind;
    return kind !== undefined && isSingleLink(kind) && linkedTables(kind) ? first.field : undefined;
  });
  const [link] = links;
  return links.every((other) => other === link) ? link : undefined;
}

function linkedFields(accesses: readonly Access[]): readonly string[] {
  return accesses.flatMap(({ path: [, second] }) => (second && 'field' in second ? second.field : []));
}

function ownField({ from, path: [first] }: Access): readonly string[] {
  return from === 'row' && first && 'field' in first ? [first.field] : [];
}
