import type { Access, Constant, Expression } from './expression/expression.js';
import { statementsOf } from './expression/expression.js';
import { operandsOf, partsOf } from './expression/parts.js';
import { joiningEdges, type JoiningEdges } from './joining-edges.js';
import { linksOf, type LinkedStatement } from './linked-records.js';
import { reachOf, type SchemaOf } from './reach.js';

/** What the database has to be told, and to read, to answer a permission for a row. */
export interface AskedOfRow {
  readonly fields: readonly string[];
  /** Tables of which a change may matter to any row. */
  readonly tables: ReadonlySet<string>;
  readonly linked: readonly LinkedStatement[];
  readonly joined: readonly JoiningEdges[];
  /** The functions of the database that are called with something of the row, as they are defined. */
  readonly called: readonly string[];
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
  const joined: JoiningEdges[] = [];
  const called: string[] = [];
  let arithmetic = 0;
  for (const statement of statementsOf(expression)) {
    const parts = partsOf(statement, 'row');
    arithmetic += parts.arithmetic;
    called.push(...(parts.called ?? []));
    for (const access of parts.accesses) for (const field of ownField(access)) fields.add(field);
    const ends = joiningEdges(statement, parts.accesses, table, schemaOf);
    if (ends) {
      joined.push(ends.edges);
      for (const one of ends.others) tables.add(one);
      continue;
    }
    if (parts.called) {
      for (const access of parts.accesses) for (const one of reachOf(access, table, schemaOf)) tables.add(one);
      continue;
    }
    const links = linksOf(statement, parts.accesses, table, schemaOf);
    linked.push(...links.linked);
    for (const one of links.beyond) tables.add(one);
  }
  return {
    fields: [...fields],
    tables,
    linked,
    joined,
    called,
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

function ownField({ from, path: [first] }: Access): readonly string[] {
  return from === 'row' && first && 'field' in first ? [first.field] : [];
}
