import type { SnapshotOrder, SnapshotRequest } from '@edge-hive/protocol';
import { CommandError } from '../errors/command-error.js';
import type { RowRights } from '../filter/row-rights.js';
import { orderByText, toSurrealql } from '../filter/surrealql.js';
import type { SnapshotQuery } from '../surreal/snapshot-reader.js';
import { escapeName } from '../values/escape-name.js';
import { parsePath, pathText, type Path } from '../values/path.js';
import { checkAllowed, type StreamSpec } from './stream-spec.js';

/** Which rows a snapshot shows. */
export interface SnapshotSpec {
  /** The same for the same snapshot of a stream. */
  readonly key: string;
  /** Absent: every row. */
  readonly limit?: number;
  readonly orderBy: readonly { readonly path: Path; readonly descending: boolean }[];
}

/**
 * @returns `undefined` when none is asked for.
 * @throws CommandError INVALID_FIELDS, FORBIDDEN, LIMIT_EXCEEDED
 */
export function snapshotSpec(
  request: SnapshotRequest | undefined,
  rights: RowRights,
  limitRows: number,
): SnapshotSpec | undefined {
  if (request === undefined || request === false) return undefined;
  const { limit, orderBy = [] } = request === true ? {} : request;
  if (limit !== undefined && limit > limitRows) {
    throw new CommandError('LIMIT_EXCEEDED', `snapshot.limit may be ${limitRows} at most.`);
  }
  const order = orderBy.map((key, index) => orderKey(key, index, rights));
  const key = JSON.stringify([limit ?? null, order.map(({ path, descending }) => [pathText(path), descending])]);
  return { key, ...(limit !== undefined && { limit }), orderBy: order };
}

export interface SnapshotQueryOptions {
  /** Paths that the database may see otherwise than the evaluator does. */
  readonly skipPaths?: readonly Path[];
  /** Otherwise what is ordered is made a table of its own, which is limited as it should be, and slower. */
  readonly ordersBeforeLimit?: boolean;
}

/** The rows that may match, in an order that is the same for each page of them. The evaluator checks them again. */
export function snapshotQuery(
  table: string,
  { condition }: StreamSpec,
  { orderBy }: SnapshotSpec,
  { skipPaths = [], ordersBeforeLimit = true }: SnapshotQueryOptions = {},
): SnapshotQuery {
  const { text, bindings } = toSurrealql(condition, { skipPaths });
  const order = orderBy.map(({ path, descending }) => `${orderByText(path)}${descending ? ' DESC' : ''}`);
  // An index on a field that holds arrays leaves out rows that a comparison without it finds (3.0.2 and 3.3.5).
  const rows = `SELECT * FROM ${escapeName(table)} WITH NOINDEX WHERE ${text}`;
  // Rows that are equal to the order would otherwise be in another one on each page.
  const tie = orderBy.some(({ path }) => pathText(path) === 'id') ? [] : [orderByText(['id'])];
  const orderClause = order.length > 0 ? ` ORDER BY ${[...order, ...tie].join(', ')}` : '';
  const ordered = ordersBeforeLimit || order.length === 0 ? rows : `SELECT * FROM (${rows})`;
  return {
    text: `${ordered}${orderClause}`,
    bindings,
  };
}

function orderKey({ field, desc }: SnapshotOrder, index: number, rights: RowRights): SnapshotSpec['orderBy'][number] {
  const path = parsePath(field);
  if (!path) {
    throw new CommandError('INVALID_FIELDS', `snapshot.orderBy[${index}].field is no field name or dotted path.`);
  }
  checkAllowed(path, rights, 'snapshot.orderBy');
  return { path, descending: desc === true };
}
