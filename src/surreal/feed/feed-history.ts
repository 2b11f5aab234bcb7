import { Inject, Injectable } from '@nestjs/common';
import { Change, type FeedMark, type FeedPlace } from '../changes/change.js';
import { FeedConnection } from '../connection/feed-connection.js';
import { FeedReader } from './feed-reader.js';
import { formatCursor } from '../changes/feed-cursor.js';
import { decodeEntry, type RawChange } from '../entries/feed-entry.js';
import { feedPage, feedPages, PAGE } from './feed-page.js';
import type { Query } from '../connection/sdk-session.js';
import type { SupervisedConnection } from '../connection/supervised-connection.js';
import { UnreadableEntry } from '../entries/unreadable-entry.js';

/** Reads what the changefeed still holds of the time before the reader began. */
@Injectable()
export class FeedHistory {
  private readonly query: Query = (text) => this.connection.query(text);

  constructor(
    @Inject(FeedConnection) private readonly connection: SupervisedConnection,
    @Inject(FeedReader) private readonly reader: Pick<FeedReader, 'clock' | 'databaseId'>,
  ) {}

  /** The stamp of the time that lies some milliseconds before a stamp. */
  before(stamp: bigint, milliseconds: number): bigint {
    const { clock } = this.reader;
    return clock.stampAt(clock.milliseconds(stamp) - milliseconds);
  }

  /** Whether the feed still holds a transaction. @throws DatabaseUnavailable */
  async holds(stamp: bigint): Promise<boolean> {
    const [entry] = (await feedPage(this.query, stamp, 1)).entries;
    return entry?.versionstamp === stamp;
  }

  /**
   * All from one stamp up to another, that one excluded, page by page and in order.
   * @throws DatabaseUnavailable; UnreadableEntry when a transaction among them can't be read
   */
  async *read(from: bigint, until: bigint): AsyncGenerator<readonly (Change | FeedMark)[]> {
    let delivered = { stamp: from, count: 0 };
    for await (const { entries, unreadable } of feedPages(this.query, from, PAGE, until)) {
      const found: (Change | FeedMark)[] = [];
      for (const entry of entries) {
        const { versionstamp: stamp, count } = entry;
        if (stamp >= until) break;
        // The page before can have ended in the middle of this transaction.
        let index = stamp === delivered.stamp ? delivered.count : 0;
        for (const raw of entry.changes(index)) found.push(this.decode(raw, { stamp, index: index++ }));
        delivered = { stamp, count };
      }
      yield found;
      if (unreadable !== undefined && unreadable < until) throw new UnreadableEntry(unreadable);
    }
  }

  /**
   * The changes of records behind a stamp, as a transaction sees them that asks; `unknown`: there are too many to look at, or one
   * can't be read.
   */
  async behind(query: Query, stamp: bigint): Promise<readonly Change[] | 'unknown'> {
    const { entries, last, unreadable } = await feedPage(query, stamp, PAGE);
    if (!last || unreadable !== undefined) return 'unknown';
    const changes: Change[] = [];
    for (const entry of entries) {
      if (entry.versionstamp <= stamp) continue;
      let index = 0;
      for (const raw of entry.changes()) {
        const found = this.decode(raw, { stamp: entry.versionstamp, index: index++ });
        if (found instanceof Change) changes.push(found);
      }
    }
    return changes;
  }

  private decode(raw: RawChange, place: FeedPlace): Change | FeedMark {
    const cursor = formatCursor(this.reader.databaseId, place);
    const time = this.reader.clock.milliseconds(place.stamp);
    return decodeEntry(raw, { place, time, cursor });
  }
}
