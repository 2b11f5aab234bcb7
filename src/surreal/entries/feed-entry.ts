import { RecordId } from 'surrealdb';
import type { DatabaseRow } from '../../values/path.js';
import { Change, type ChangeParts, type FeedMark } from '../changes/change.js';
import type { PatchOperation } from '../changes/reverse-patch.js';
import { UnreadableEntry } from './unreadable-entry.js';

/** One transaction in the answer to SHOW CHANGES. */
export interface FeedEntry {
  readonly versionstamp: bigint;
  /** How many changes it has. */
  readonly count: number;
  /** Its changes in order, from one of them on. */
  changes(from?: number): Iterable<RawChange>;
  /** As much of its changes as tells their tables. */
  outlines(): Iterable<RawChange>;
}

/** A transaction as the SDK decodes it. */
export interface RawEntry {
  readonly versionstamp: bigint;
  readonly changes: readonly RawChange[];
}

export class DecodedEntry implements FeedEntry {
  readonly versionstamp: bigint;
  private readonly raws: readonly RawChange[];

  constructor({ versionstamp, changes }: RawEntry) {
    this.versionstamp = versionstamp;
    this.raws = changes;
  }

  get count(): number {
    return this.raws.length;
  }

  changes(from = 0): Iterable<RawChange> {
    return from > 0 ? this.raws.slice(from) : this.raws;
  }

  outlines(): Iterable<RawChange> {
    return this.raws;
  }
}

/** Rows of a view that groups have no id. */
type Image = DatabaseRow & { readonly id?: RecordId };

/** A mutation, or a definition, or a row of a view. */
export interface RawChange {
  /** As the database encoded it, where that is kept. */
  readonly source?: Uint8Array;
  /** The record after CREATE; after UPDATE the way back from `current`. */
  readonly update?: Image | readonly PatchOperation[];
  readonly current?: Image;
  readonly delete?: { readonly id: RecordId; readonly original?: DatabaseRow };
  readonly define_table?: { readonly name: string };
}

export type PlaceContext = Pick<ChangeParts, 'cursor' | 'time' | 'overdue'> & {
  readonly place: NonNullable<ChangeParts['place']>;
};

/** What an entry of a feed with INCLUDE ORIGINAL tells. @throws UnreadableEntry */
export function decodeEntry(raw: RawChange, context: PlaceContext): Change | FeedMark {
  const { place, cursor } = context;
  try {
    return decodeChange(raw, context) ?? { table: tableOf(raw), place, cursor };
  } catch (error) {
    throw new UnreadableEntry(place.stamp, { cause: error });
  }
}

/** @returns `undefined` for what is no change of a record. */
function decodeChange(raw: RawChange, place: PlaceContext): Change | undefined {
  const context = raw.source ? { ...place, source: raw.source } : place;
  if (raw.current?.id && isPatch(raw.update)) {
    const previous = { kind: 'patch', operations: raw.update } as const;
    return change(raw.current.id, { ...context, action: 'UPDATE', after: raw.current, previous });
  }
  if (raw.update && !isPatch(raw.update) && raw.update.id) {
    return change(raw.update.id, { ...context, action: 'CREATE', after: raw.update, previous: { kind: 'absent' } });
  }
  if (raw.delete) {
    const { id, original } = raw.delete;
    // The embedded engine has no image on DELETE.
    const previous = original ? ({ kind: 'row', row: original } as const) : ({ kind: 'unknown' } as const);
    return change(id, { ...context, action: 'DELETE', previous });
  }
  return undefined;
}

/** The table that an entry is about; a row of a view doesn't always tell. */
export function tableOf(raw: RawChange): string | undefined {
  const image = raw.current ?? raw.delete ?? (isPatch(raw.update) ? undefined : raw.update);
  return image?.id instanceof RecordId ? image.id.table.name : raw.define_table?.name;
}

function isPatch(update: RawChange['update']): update is readonly PatchOperation[] {
  return Array.isArray(update);
}

function change(id: RecordId, parts: Omit<ChangeParts, 'id' | 'table'>): Change {
  return new Change({ ...parts, id, table: id.table.name });
}
