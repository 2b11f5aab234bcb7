import { CommandError } from '../errors/command-error.js';
import type { RowsDelivery } from '../delivery/delivery.js';
import type { RowMask } from '../filter/row-mask.js';
import { compileCondition, type RowTest } from '../filter/compile-condition.js';
import { approximateBytes } from '../values/byte-size.js';
import type { DatabaseRow } from '../values/path.js';
import { SnapshotChunks } from './snapshot-chunks.js';
import type { Stream } from './stream.js';

/** Rows of the first page; how many times more a later one has at most, and about how many bytes as they are decoded. */
const FIRST_ROWS = 128;
const GROWTH = 16;
const PAGE_BYTES = 4 * 1024 * 1024;
/** Rows of a page whose size is looked at. */
const SAMPLES = 16;
/** How many rows are looked at, at most, for each that a snapshot may have. */
const LOOKED_AT = 4;

export interface SnapshotLimits {
  readonly rows: number;
  readonly bytes: number;
}

export interface GatheringOptions {
  /** Absent: every row. */
  readonly limit?: number | undefined;
  /** Fields that rows are shown without. */
  readonly hidden: readonly string[];
  /** Whether it has to be known afterwards which rows are shown. */
  readonly keepsIds: boolean;
  /** Told of the bytes of each frame as it is made. */
  readonly grew: (bytes: number) => void;
}

/** The rows of one snapshot, taken page by page: those that match are encoded at once, and not kept. */
export class Gathering {
  readonly matches: RowTest;
  /** The rows that are shown, without all but their id. */
  readonly shown: DatabaseRow[] = [];
  /** Rows that the first page may have. */
  readonly first: number;
  private readonly chunks: SnapshotChunks;
  private readonly mask: RowMask | undefined;
  private readonly wanted: number;
  private asked: number;
  private count = 0;
  private looked = 0;
  private bytes = 0;

  /** @throws CommandError LIMIT_EXCEEDED */
  constructor(
    { name, spec }: Stream,
    private readonly limits: SnapshotLimits,
    private readonly options: GatheringOptions,
  ) {
    this.matches = compileCondition(spec.condition);
    this.mask = spec.mask;
    this.wanted = options.limit ?? limits.rows + 1;
    this.first = this.asked = Math.min(this.wanted, FIRST_ROWS);
    this.chunks = new SnapshotChunks(name, spec.fields, (bytes) => this.grew(bytes));
  }

  /** Whether so many rows are shown as were asked for. */
  get full(): boolean {
    return this.count === this.options.limit;
  }

  /** The rows of a page as they are looked at. */
  shape(page: readonly DatabaseRow[]): readonly DatabaseRow[] {
    return page.map((row) => without(row, this.options.hidden));
  }

  /**
   * Takes the rows of a page, in their shape. @returns how many the next may have; none when no more are wanted.
   * @throws CommandError LIMIT_EXCEEDED
   */
  take(page: readonly DatabaseRow[]): number {
    for (const row of page) this.look(row);
    this.looked += page.length;
    if (page.length < this.asked || this.count >= this.wanted) return 0;
    const most = LOOKED_AT * this.limits.rows;
    if (this.looked >= most) throw tooFew(most);
    // The database goes over the rows of all pages before: as many again each time, where few of them match.
    const missing = Math.max(FIRST_ROWS, this.looked, this.wanted - this.count);
    const rows = Math.min(missing, most - this.looked, GROWTH * page.length);
    return (this.asked = Math.min(rows, Math.ceil(PAGE_BYTES / averageBytes(page))));
  }

  /** @throws CommandError LIMIT_EXCEEDED */
  finish(): readonly RowsDelivery[] {
    if (this.options.limit === undefined && this.count > this.limits.rows) {
      throw tooMany(`${this.limits.rows} rows match`);
    }
    return this.chunks.finish();
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.chunks.clear();
  }

  private look(row: DatabaseRow): void {
    if (this.count === this.wanted) return;
    if (!this.matches(row)) return;
    this.count += 1;
    this.chunks.add(this.mask ? this.mask(row) : row);
    if (this.options.keepsIds) this.shown.push({ id: row['id'] });
  }

  private grew(bytes: number): void {
    this.bytes += bytes;
    this.options.grew(bytes);
    if (this.bytes > this.limits.bytes) throw tooMany(`${this.limits.bytes} bytes of rows match`);
  }
}

function tooMany(what: string): CommandError {
  return new CommandError(
    'LIMIT_EXCEEDED',
    `More than ${what}: narrow the filter, select fewer fields, or give snapshot.limit.`,
  );
}

function tooFew(most: number): CommandError {
  const message = `${most} rows were looked at, and too few of them match: narrow the filter, or order them otherwise.`;
  return new CommandError('LIMIT_EXCEEDED', message);
}

function averageBytes(page: readonly DatabaseRow[]): number {
  const step = Math.ceil(page.length / SAMPLES);
  const samples = page.filter((_, n) => n % step === 0);
  return samples.reduce((sum, row) => sum + approximateBytes(row), 1) / samples.length;
}

function without(row: DatabaseRow, names: readonly string[]): DatabaseRow {
  if (names.length === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
