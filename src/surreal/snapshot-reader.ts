import { Inject, Injectable } from '@nestjs/common';
import type { DatabaseRow } from '../values/path.js';
import type { Change } from './changes/change.js';
import { feedPages, PAGE } from './feed/feed-page.js';
import { FeedReader } from './feed/feed-reader.js';
import type { Query } from './connection/sdk-session.js';
import { SnapshotConnection } from './connection/snapshot-connection.js';
import type { SupervisedConnection } from './connection/supervised-connection.js';

/** A SELECT whose text was made from escaped names only, and what it is bound to. */
export interface SnapshotQuery {
  readonly text: string;
  readonly bindings: Readonly<Record<string, unknown>>;
}

/** A moment at which rows were read, and which changes it lies behind. */
export interface SnapshotMoment {
  /** The transactions in the feed's newest stretch: all of them are in the rows. */
  readonly stamps: ReadonlySet<bigint>;
  /** Whether a change is in the rows already. Changes without a place in the feed never count as contained. */
  readonly contains: (change: Change) => boolean;
}

export interface SnapshotRows extends SnapshotMoment {
  readonly rows: readonly DatabaseRow[];
}

/**
 * Takes the rows of a page. @returns how many the next may have; none: no more are wanted.
 *
 * @param query asks something else of the same moment
 */
export type PageTaker = (rows: readonly DatabaseRow[], query: Query) => number | Promise<number>;

/** Longest time that reading a large snapshot may take. */
const TIMEOUT_MS = 30_000;

/** Reads rows together with the newest stretch of the feed, in one transaction, so that events join them exactly. */
@Injectable()
export class SnapshotReader {
  constructor(
    @Inject(SnapshotConnection) private readonly connection: SupervisedConnection,
    @Inject(FeedReader) private readonly reader: Pick<FeedReader, 'settled'>,
  ) {}

  /** Settles when the first attempt to connect has come to an end, good or bad. */
  start(): Promise<void> {
    this.connection.start();
    return this.connection.attempted;
  }

  stop(): Promise<void> {
    return this.connection.stop();
  }

  /** @throws DatabaseUnavailable */
  async read({ text, bindings }: SnapshotQuery): Promise<SnapshotRows> {
    let rows: readonly DatabaseRow[] = [];
    const moment = await this.at(async (query) => {
      rows = rowsOf(await query(text, { ...bindings }));
    });
    return { ...moment, rows };
  }

  /**
   * Reads page by page, all of one moment: no more of a large snapshot is in memory at a time.
   * @param query whose rows are in one order each time. @param first rows of the first page
   * @throws DatabaseUnavailable
   */
  async readPages({ text, bindings }: SnapshotQuery, first: number, take: PageTaker): Promise<SnapshotMoment> {
    return this.at(async (query) => {
      let start = 0;
      for (let limit = first; limit > 0;) {
        const rows = rowsOf(await query(`${text} LIMIT ${limit} START ${start}`, { ...bindings }));
        start += rows.length;
        const next = await take(rows, query);
        if (rows.length < limit) return;
        limit = next;
      }
    });
  }

  /** Does something in one transaction with the feed's newest stretch. */
  private async at(work: (query: Query) => Promise<void>): Promise<SnapshotMoment> {
    const since = this.reader.settled;
    return this.connection.readTransaction(async (query) => {
      await work(query);
      const stamps = await this.stampsFrom(query, since);
      return {
        stamps,
        // What lies before the stretch was settled long before the rows were read, unless it shows that it wasn't.
        contains: ({ place, overdue }) =>
          place !== undefined && ((place.stamp < since && !overdue) || stamps.has(place.stamp)),
      };
    }, TIMEOUT_MS);
  }

  private async stampsFrom(query: Query, since: bigint): Promise<ReadonlySet<bigint>> {
    const stamps = new Set<bigint>();
    for await (const { entries } of feedPages(query, since, PAGE)) {
      for (const { versionstamp } of entries) stamps.add(versionstamp);
    }
    return stamps;
  }
}

function rowsOf([rows]: readonly unknown[]): readonly DatabaseRow[] {
  return (rows ?? []) as readonly DatabaseRow[];
}
