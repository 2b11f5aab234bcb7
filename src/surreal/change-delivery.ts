import { Injectable, Logger } from '@nestjs/common';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change, FeedMark } from './changes/change.js';
import { DatabaseEvents } from './changes/database-events.js';
import type { Delay } from './changes/database-listener.js';
import { FeedConnection } from './connection/feed-connection.js';
import { ChangeFeed } from './feed/change-feed.js';
import { FeedReader, type FeedReaderListener } from './feed/feed-reader.js';
import { FollowedTables } from './followed-tables.js';
import { LiveTables } from './live/live-tables.js';
import { TableCatalog } from './tables/table-catalog.js';
import { isOwnTable } from './tables/table-definition.js';
import { Upkeep } from './upkeep.js';

/** Tells what the reader finds: the listener what it can do something with, metrics and log the rest. */
@Injectable()
export class ChangeDelivery implements FeedReaderListener {
  private readonly logger = new Logger('Surreal');

  constructor(
    private readonly connection: FeedConnection,
    reader: FeedReader,
    private readonly feed: ChangeFeed,
    private readonly tables: TableCatalog,
    private readonly liveTables: LiveTables,
    private readonly followed: FollowedTables,
    private readonly upkeep: Upkeep,
    private readonly events: DatabaseEvents,
    private readonly metrics: MetricsService,
  ) {
    reader.listen(this);
  }

  began(mark: FeedMark): void {
    this.events.began(mark);
  }

  before(changes: readonly Change[]): Delay | undefined {
    return this.events.before(changes);
  }

  changes(changes: readonly Change[]): void {
    this.feed.wrote(changes);
    // What a feed without INCLUDE ORIGINAL tells is told by live queries.
    const durable = changes.filter(({ table }) => this.tables.known(table)?.durable ?? true);
    if (durable.length < changes.length) this.passOn(changes);
    const newest = durable.at(-1);
    if (!newest) return;
    for (const { table } of durable) if (!isOwnTable(table)) this.metrics.changes.inc(table);
    this.metrics.feedLag.set(Math.max(0, Date.now() - newest.time) / 1_000);
    this.events.changes(durable);
  }

  /** The embedded engine writes the deletion of an edge to the changefeed of the vertex that it is deleted with. */
  private passOn(changes: readonly Change[]): void {
    for (const change of changes) {
      const table = this.tables.known(change.table);
      if (table && !table.durable && table.retentionMs === 0) this.followed.strayed(this.liveTables.adopt(change));
    }
  }

  late(change: Change): void {
    this.events.late(change);
  }

  swept(late: number): void {
    this.metrics.lateChanges.inc(late);
  }

  marked(mark: FeedMark): void {
    this.events.marked(mark);
    // A definition names its table.
    if (mark.table !== undefined) this.upkeep.refresh();
  }

  unreadable(mark: FeedMark, cause: unknown): void {
    const reason =
      cause instanceof Error ? cause.message : "it holds a value that the database can't hand out, such as a regex";
    this.logger.error(
      `A transaction in the changefeed (versionstamp ${mark.place.stamp}) can't be read: ${reason}. Every stream is told to read again`,
    );
    this.events.unreadable(mark);
  }

  replaced(): void {
    this.connection.renew('the changefeed lacks what was read from it');
  }
}
