import type { Action } from '@edge-hive/protocol';
import type { RecordId } from 'surrealdb';
import { approximateBytes } from '../../values/byte-size.js';
import { pathText, type DatabaseRow, type Path } from '../../values/path.js';
import { recordIdText } from '../../values/record-id-text.js';
import { applyReversePatch, type PatchOperation } from './reverse-patch.js';

/** How it can be told what a record was before a change. */
export type Previous =
  | { readonly kind: 'absent' }
  | { readonly kind: 'row'; readonly row: DatabaseRow }
  /** Some of its fields, those of these paths, as `pathText` has them. */
  | { readonly kind: 'part'; readonly row: DatabaseRow; readonly paths: ReadonlySet<string> }
  | { readonly kind: 'patch'; readonly operations: readonly PatchOperation[] }
  | { readonly kind: 'unknown' };

/** Where a durable change stands in the changefeed: its transaction's versionstamp and its place in the transaction. */
export interface FeedPlace {
  readonly stamp: bigint;
  readonly index: number;
}

/** A place in the feed that holds no change of a record. It names the table that was defined there, if one was. */
export interface FeedMark {
  readonly table: string | undefined;
  readonly place: FeedPlace;
  readonly cursor: string;
}

export interface ChangeParts {
  readonly table: string;
  readonly id: RecordId;
  readonly action: Action;
  /** The record now; absent after DELETE. */
  readonly after?: DatabaseRow;
  readonly previous: Previous;
  /** Absent when it came from a live query. */
  readonly place?: FeedPlace;
  readonly cursor: string;
  /** When it was committed, in ms of Unix time. */
  readonly time: number;
  readonly overdue?: boolean;
  /** What the changefeed says of it, as the database encoded it. */
  readonly source?: Uint8Array;
}

/** One mutation of one record. */
export class Change {
  readonly table: string;
  readonly id: RecordId;
  /** Text of the record id, the same for the same record. */
  readonly key: string;
  readonly action: Action;
  readonly after: DatabaseRow | undefined;
  readonly place: FeedPlace | undefined;
  readonly cursor: string;
  readonly time: number;
  /** It became visible so late that only the deep sweep found it. */
  readonly overdue: boolean;
  /** What the changefeed says of it, as the database encoded it; absent where nobody needs it. */
  readonly source: Uint8Array | undefined;
  private previous: Previous;
  private bare: DatabaseRow | undefined;
  private size: number | undefined;

  constructor(parts: ChangeParts) {
    this.table = parts.table;
    this.id = parts.id;
    this.key = recordIdText(parts.id);
    this.action = parts.action;
    this.after = parts.after;
    this.place = parts.place;
    this.cursor = parts.cursor;
    this.time = parts.time;
    this.overdue = parts.overdue ?? false;
    this.previous = parts.previous;
    this.source = parts.source;
  }

  /** Whether it can be told what the record was. False also when the feed's patch turns out not to fit. */
  get beforeKnown(): boolean {
    this.resolve();
    return this.previous.kind !== 'unknown';
  }

  /** Whether the whole record before is known, not some of its fields only. */
  get hasImage(): boolean {
    this.resolve();
    return this.previous.kind === 'row';
  }

  /** Whether it can be told what these fields of the record were. */
  knowsBefore(paths: readonly Path[]): boolean {
    const isKnown = this.beforeKnown;
    const { previous } = this;
    const isKept = (path: Path) => isKnown && (previous.kind !== 'part' || previous.paths.has(pathText(path)));
    // The id is known of every change, and nothing lies below it.
    return paths.every((path) => path[0] === 'id' || isKept(path));
  }

  /** The record before, or the part of it that is known; absent before CREATE, and when nothing is known. */
  get before(): DatabaseRow | undefined {
    this.resolve();
    return 'row' in this.previous ? this.previous.row : undefined;
  }

  /** What is known of the record before, which is its id at least. */
  get last(): DatabaseRow {
    return this.before ?? (this.bare ??= { id: this.id });
  }

  /**
   * Tells what was not known from the database: the fields that filters name at the moment. Who comes later, and is told of
   * this change by a replay, may name others.
   */
  supplyBefore(row: DatabaseRow, paths: ReadonlySet<string>): void {
    this.previous = { kind: 'part', row, paths };
  }

  /** About what it occupies in memory. */
  get bytes(): number {
    return (this.size ??= 256 + approximateBytes(this.after) + this.previousBytes());
  }

  private previousBytes(): number {
    if ('row' in this.previous) return approximateBytes(this.previous.row);
    return this.previous.kind === 'patch' ? approximateBytes(this.previous.operations) : 0;
  }

  private resolve(): void {
    if (this.previous.kind !== 'patch') return;
    const row = this.after && applyReversePatch(this.after, this.previous.operations);
    this.previous = row ? { kind: 'row', row } : { kind: 'unknown' };
  }
}
