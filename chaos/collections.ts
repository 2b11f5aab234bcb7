import type { Surreal } from 'surrealdb';
import type { Account } from './account.js';
import { rowText } from './text.js';
import type { Row } from './row.js';
import type { View } from './view.js';
import type { Violation } from './violation.js';

type Stored = Row & Readonly<Record<string, unknown>>;

/** Holds collections against what the database selects at the end. */
export class Collections {
  private constructor(private readonly tables: ReadonlyMap<string, readonly Stored[]>) {}

  static async of(connection: Surreal, topics: Iterable<string>): Promise<Collections> {
    const tables = new Map<string, readonly Stored[]>();
    for (const topic of new Set(topics)) {
      const [rows] = await connection.query<[Stored[]]>(`SELECT * FROM ${topic}`);
      tables.set(topic, rows);
    }
    return new Collections(tables);
  }

  judge({ name, view, items, isCurrent, mirror }: Account): Violation[] {
    const wanted = this.rowsOf(view).map((row) => rowText(view, row));
    const has = items().map((row) => rowText(view, row));
    const mirrored = [...mirror.values()].map((row) => rowText(view, row));
    return [
      ...(isCurrent() ? [] : ['it is not current']),
      ...difference('the database', view.orderBy ? wanted : sorted(wanted), view.orderBy ? has : sorted(has)),
      ...difference('its notifications', sorted(mirrored), sorted(has)),
    ].map((detail) => ({ kind: 'wrong rows', subscriber: name, detail }));
  }

  private rowsOf({ topic, matches, orderBy = [], limit = Infinity }: View): Stored[] {
    const rows = (this.tables.get(topic) ?? []).filter(matches);
    const [order] = orderBy;
    if (order) {
      const direction = order.desc ? -1 : 1;
      const compare = (one: Stored, other: Stored) =>
        direction * (Number(one[order.field]) - Number(other[order.field]));
      rows.sort((one, other) => compare(one, other) || (String(one['id']) < String(other['id']) ? -1 : 1));
    }
    return rows.slice(0, limit);
  }
}

function difference(source: string, wanted: readonly string[], has: readonly string[]): string[] {
  const at = [...wanted, ...has].findIndex((_, index) => wanted[index] !== has[index]);
  if (at < 0) return [];
  return [`${has.length} rows, ${wanted.length} of ${source}; the first that differs: ${has[at]}, not ${wanted[at]}`];
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}
