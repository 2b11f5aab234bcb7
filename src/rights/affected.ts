import type { Change } from '../surreal/changes/change.js';
import { edgeEnds } from '../surreal/changes/edge-ends.js';
import { equalValues } from '../values/compare.js';
import { recordIdText } from '../values/record-id-text.js';
import type { PrincipalRights } from './principal-rights.js';

/** Finds the principals whose rights a change may concern, by what their permissions read. */
export class Affected {
  private readonly byRecord = new Map<string, Set<PrincipalRights>>();
  private readonly byEdge = new Map<string, Set<PrincipalRights>>();
  private readonly byTable = new Map<string, Set<PrincipalRights>>();

  add(principal: PrincipalRights): void {
    enter(this.byRecord, recordOf(principal), principal);
    for (const edge of principal.reads.edges) enter(this.byEdge, edge, principal);
    for (const table of tablesOf(principal)) enter(this.byTable, table, principal);
  }

  remove(principal: PrincipalRights): void {
    leave(this.byRecord, recordOf(principal), principal);
    for (const edge of principal.reads.edges) leave(this.byEdge, edge, principal);
    for (const table of tablesOf(principal)) leave(this.byTable, table, principal);
  }

  by(change: Change): Iterable<PrincipalRights> {
    const { byRecord, byEdge, byTable } = this;
    const own = byRecord.get(change.key);
    const edge = byEdge.get(change.table);
    const table = byTable.get(change.table);
    if (!own && !edge && !table) return [];
    const found = new Set<PrincipalRights>();
    for (const principal of table ?? []) if (readsOf(principal, change)) found.add(principal);
    for (const principal of own ?? []) {
      if (change.action === 'DELETE' || readsOwn(principal, change)) found.add(principal);
    }
    if (edge) for (const principal of this.byEnds(change, edge)) found.add(principal);
    return found;
  }

  /** Where it isn't known between whom an edge was, it may have been anybody's. */
  private byEnds(change: Change, edge: ReadonlySet<PrincipalRights>): Iterable<PrincipalRights> {
    const ends = edgeEnds(change);
    if (!ends) return edge;
    return ends.flatMap((end) => [...(this.byRecord.get(recordIdText(end)) ?? [])]).filter((one) => edge.has(one));
  }
}

/** Whether a change of its own record may matter to a principal. */
function readsOwn({ reads: { self, fields } }: PrincipalRights, change: Change): boolean {
  return self && mayChange(fields, change);
}

/** Whether a change of one of the tables that its permissions read may. */
function readsOf({ reads, reach }: PrincipalRights, change: Change): boolean {
  return reads.tables.has(change.table) || mayChange(reach.fields.get(change.table) ?? new Set(), change);
}

function mayChange(fields: ReadonlySet<string>, { action, after, before, hasImage }: Change): boolean {
  if (action !== 'UPDATE' || !after || !before || !hasImage || fields.has('*')) return true;
  return [...fields].some((name) => !equalValues(before[name], after[name]));
}

function tablesOf({ reads, reach }: PrincipalRights): ReadonlySet<string> {
  return new Set([...reads.tables, ...reach.fields.keys()]);
}

function recordOf({ user }: PrincipalRights): string {
  return recordIdText(user.auth);
}

function enter<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const items = index.get(key);
  if (items) items.add(item);
  else index.set(key, new Set([item]));
}

function leave<T>(index: Map<string, Set<T>>, key: string, item: T): void {
  const items = index.get(key);
  items?.delete(item);
  if (items?.size === 0) index.delete(key);
}
