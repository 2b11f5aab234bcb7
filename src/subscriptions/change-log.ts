import { Change, type FeedMark } from '../surreal/changes/change.js';
import { Breaks } from './breaks.js';
import { Deque } from './deque.js';

interface LogEntry {
  readonly sequence: number;
  readonly entry: Change | FeedMark;
}

interface ChangeEntry {
  readonly sequence: number;
  readonly change: Change;
}

/** About what the place of a definition occupies. */
const MARK_BYTES = 256;

/**
 * The recent changes of the database in the order in which they were told, bounded in bytes. A position is the number of
 * the change that comes next; what is filled in at the beginning has negative ones.
 */
export class ChangeLog {
  private entries = new Deque<LogEntry>();
  private readonly byTable = new Map<string, Deque<ChangeEntry>>();
  private readonly byCursor = new Map<string, number>();
  private readonly breaks = new Breaks();
  private next = 0;
  private size = 0;
  private newest: Change | FeedMark | undefined;
  private start = 0n;

  constructor(readonly limitBytes: number) {}

  get bytes(): number {
    return this.size;
  }

  /** The position behind the newest change. */
  get head(): number {
    return this.next;
  }

  /** The position of the oldest change. */
  get tail(): number {
    return this.entries.at(0)?.sequence ?? this.next;
  }

  /** The cursor of the newest entry of the feed, of any table. */
  get cursor(): string | undefined {
    return this.newest?.cursor;
  }

  /** Every durable change from this stamp on is in the log. */
  get coveredFrom(): bigint {
    return this.start;
  }

  append(entry: Change | FeedMark): void {
    this.add(entry);
    while (this.size > this.limitBytes) this.evict();
  }

  /** Puts older entries, in order, before all others. */
  prepend(older: readonly (Change | FeedMark)[], coveredFrom: bigint): void {
    const { next } = this;
    const all = [...older, ...[...this.entries].map(({ entry }) => entry)];
    this.forget();
    this.next = next - all.length;
    for (const entry of all) this.add(entry);
    this.start = coveredFrom;
  }

  /** The first change of a table at or after a position, and the position behind it. */
  after(table: string, position: number): { change: Change; position: number } | undefined {
    const entries = this.byTable.get(table);
    const entry = entries?.at(entries.lowerBound(({ sequence }) => sequence < position));
    return entry && { change: entry.change, position: entry.sequence + 1 };
  }

  /** The changes of a table at or after a position. */
  *changes(table: string, position: number): Generator<Change> {
    for (let next = this.after(table, position); next; next = this.after(table, next.position)) yield next.change;
  }

  /** The position behind the change that a cursor names. */
  behind(cursor: string): number | undefined {
    const sequence = this.byCursor.get(cursor);
    return sequence === undefined ? undefined : sequence + 1;
  }

  /** Whether nothing behind the position was dropped. */
  reaches(position: number): boolean {
    return position >= this.tail;
  }

  /** From now on, or from a stamp before the log's beginning on, a table's changes before can't be joined with those behind. */
  markBreak(table: string, past?: bigint): void {
    const stamp = past ?? this.newestStamp;
    this.breaks.mark(table, { position: past === undefined ? this.next : -Infinity, stamp });
  }

  /** From now on what one stream of a table was told can't be joined with what follows. */
  markBreakOf(table: string, stream: string): void {
    this.breaks.mark(table, { position: this.next, stamp: this.newestStamp }, stream);
  }

  /** Whether all that a stream of a table is told of was told behind a position, or a stamp. */
  unbroken(table: string, stream: string, from: { readonly position: number } | { readonly stamp: bigint }): boolean {
    return this.breaks.joins(table, stream, from);
  }

  /** Begins anew: behind a place, all will be told. It is the first entry, so that a stream can be resumed from there. */
  begin(mark: FeedMark): void {
    this.forget();
    this.breaks.clear();
    this.start = mark.place.stamp + 1n;
    this.append(mark);
  }

  private get newestStamp(): bigint {
    return this.newest?.place?.stamp ?? this.start;
  }

  private forget(): void {
    this.entries = new Deque();
    this.byTable.clear();
    this.byCursor.clear();
    this.size = 0;
    this.newest = undefined;
  }

  private add(entry: Change | FeedMark): void {
    const sequence = this.next++;
    this.entries.push({ sequence, entry });
    this.byCursor.set(entry.cursor, sequence);
    this.size += bytesOf(entry);
    if (entry.place) this.newest = entry;
    if (!(entry instanceof Change)) return;
    const table = this.byTable.get(entry.table);
    if (table) table.push({ sequence, change: entry });
    else this.byTable.set(entry.table, new Deque([{ sequence, change: entry }]));
  }

  private evict(): void {
    const oldest = this.entries.shift()?.entry;
    if (!oldest) return;
    this.byCursor.delete(oldest.cursor);
    this.size -= bytesOf(oldest);
    if (oldest.place && oldest.place.stamp >= this.start) this.start = oldest.place.stamp + 1n;
    if (!(oldest instanceof Change)) return;
    const table = this.byTable.get(oldest.table);
    table?.shift();
    if (table?.length === 0) this.byTable.delete(oldest.table);
  }
}

function bytesOf(entry: Change | FeedMark): number {
  return entry instanceof Change ? entry.bytes : MARK_BYTES;
}
