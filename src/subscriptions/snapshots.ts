import { CommandError } from '../errors/command-error.js';
import { compileCondition, type RowTest } from '../filter/compile-condition.js';
import type { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Change } from '../surreal/change.js';
import type { Database } from '../surreal/database.js';
import type { SnapshotRows } from '../surreal/snapshot-reader.js';
import type { DatabaseRow } from '../values/path.js';
import type { ChangeLog } from './change-log.js';
import { missesRow } from './missed-row.js';
import { snapshotFrames } from './snapshot-frames.js';
import { snapshotQuery, type SnapshotSpec } from './snapshot-query.js';
import type { Stream } from './stream.js';

/** How many times more rows are asked for, when the evaluator leaves fewer than the limit. */
const GROWTH = 4;
/** How many rows are looked at, at most, for each that a snapshot may have. */
const LOOKED_AT = 4;
/** How many times a snapshot is read until no row is missing, where the database can miss one. */
const MOST_READS = 5;

/** Rows ready to be sent, and how the changes behind them are found. */
export interface Snapshot {
  readonly frames: readonly EncodedFrame[];
  /** Place in the change log from which on changes have to be looked at. */
  readonly position: number;
  /** Whether a change is in the rows already. */
  readonly contains: (change: Change) => boolean;
}

interface Found extends SnapshotRows {
  readonly matches: RowTest;
}

interface Flight {
  readonly position: number;
  readonly snapshot: Promise<Snapshot>;
}

/** Reads snapshots; those of one stream that are asked for at the same time are read once. */
export class Snapshots {
  private readonly flights = new Map<string, Flight>();

  constructor(
    private readonly database: Database,
    private readonly log: ChangeLog,
    private readonly limitRows: number,
  ) {}

  /**
   * @param notBefore place in the change log before which the snapshot must not have begun.
   * @throws DatabaseUnavailable; CommandError LIMIT_EXCEEDED
   */
  take(stream: Stream, spec: SnapshotSpec, notBefore: number): Promise<Snapshot> {
    const key = `${stream.name}\n${spec.key}`;
    const flying = this.flights.get(key);
    if (flying && flying.position >= notBefore) return flying.snapshot;
    const position = this.log.head;
    const flight = { position, snapshot: this.read(stream, spec, position) };
    this.flights.set(key, flight);
    const land = () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    };
    flight.snapshot.then(land, land);
    return flight.snapshot;
  }

  private async read(stream: Stream, spec: SnapshotSpec, position: number): Promise<Snapshot> {
    const hidden = await this.database.hiddenFields(stream.topic);
    for (let reads = 1; ; reads += 1) {
      const found = await this.matchingRows(stream, spec, hidden);
      const { rows, contains, stamps } = found;
      // Behind this all that the rows contain is in the log, so that nothing of it is told again later.
      await this.database.reached(stamps);
      if (reads < MOST_READS && (await this.missesRow(stream, spec, position, found))) continue;
      return { frames: snapshotFrames(rows, stream.name, stream.spec.fields), position, contains };
    }
  }

  /** What misses a row because of a concurrent write is known once that write has been told. */
  private async missesRow(stream: Stream, { limit }: SnapshotSpec, position: number, found: Found): Promise<boolean> {
    const { topic } = stream;
    const { rows, contains, matches } = found;
    if (this.database.transactsExactly || rows.length === limit) return false;
    await this.database.caughtUp(topic);
    return this.log.reaches(position) && missesRow(rows, this.log.changes(topic, position), contains, matches);
  }

  /** Asks for more rows, from the first one on, for as long as too few of them match: so each answer is right by itself. */
  private async matchingRows(stream: Stream, spec: SnapshotSpec, hidden: readonly string[]): Promise<Found> {
    const matches = compileCondition(stream.spec.condition);
    const wanted = spec.limit ?? this.limitRows + 1;
    const most = this.limitRows * LOOKED_AT;
    const options = { skipPaths: hidden.map((name) => [name]), ordersBeforeLimit: this.database.transactsExactly };
    for (let limit = wanted; ; limit = Math.min(limit * GROWTH, most)) {
      const query = snapshotQuery(stream.topic, stream.spec, spec, limit, options);
      const { rows: found, ...rest } = await this.database.snapshots.read(query);
      const rows = found.map((row) => without(row, hidden)).filter(matches);
      if (spec.limit === undefined && rows.length > this.limitRows) throw this.tooMany();
      if (rows.length >= wanted || found.length < limit) return { ...rest, rows: rows.slice(0, spec.limit), matches };
      if (limit >= most) throw tooFew(most);
    }
  }

  private tooMany(): CommandError {
    const message = `More than ${this.limitRows} rows match: narrow the filter, or give snapshot.limit.`;
    return new CommandError('LIMIT_EXCEEDED', message);
  }
}

function tooFew(most: number): CommandError {
  const message = `${most} rows were looked at, and too few of them match: narrow the filter, or order them otherwise.`;
  return new CommandError('LIMIT_EXCEEDED', message);
}

function without(row: DatabaseRow, names: readonly string[]): DatabaseRow {
  if (names.length === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
