import type { Access, Constant, Statement } from './expression/expression.js';
import { reachOf, type SchemaOf } from './reach.js';

/** Edges of which only those matter to a statement that begin or end at one record. */
export interface JoiningEdges {
  readonly tables: readonly string[];
  /** The record, as a constant. */
  readonly at: Constant;
}

export interface Joined {
  readonly edges: JoiningEdges;
  /** All else that the statement reads. */
  readonly others: ReadonlySet<string>;
}

/**
 * Of `room<-member<-user CONTAINS $auth.id` the edges `member`: what is found at the end of such a way are ends of them. `undefined`:
 * the statement is no such one, or more of the edges is read than their own fields.
 */
export function joiningEdges(
  statement: Statement,
  accesses: readonly Access[],
  table: string,
  schemaOf: SchemaOf,
): Joined | undefined {
  const member = statement.kind === 'row' ? statement.member : undefined;
  const step = member?.way.path.at(-2);
  if (!member || !step || !('edges' in step)) return undefined;
  const { edges } = step;
  if (!edges.every((name) => schemaOf(name).edges === true)) return undefined;
  const others = new Set<string>();
  for (const access of accesses) {
    const { from, path } = access;
    if (access === member.way) {
      for (const one of reachOf(access, table, schemaOf)) if (!edges.includes(one)) others.add(one);
      for (const one of reachOf({ from, path: path.slice(0, -2) }, table, schemaOf)) others.add(one);
    } else if (from === edges) {
      for (const edge of edges) for (const one of reachOf({ from: 'row', path }, edge, schemaOf)) others.add(one);
    } else for (const one of reachOf(access, table, schemaOf)) others.add(one);
  }
  return { edges: { tables: edges, at: member.of }, others };
}
