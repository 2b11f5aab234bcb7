import { Inject, Injectable } from '@nestjs/common';
import { DatabaseEvents } from './changes/database-events.js';
import type { DatabaseListener, WriteObserver } from './changes/database-listener.js';
import { DatabaseLifecycle } from './database-lifecycle.js';
import { ChangeFeed } from './feed/change-feed.js';
import { FeedHistory } from './feed/feed-history.js';
import { FeedReader } from './feed/feed-reader.js';
import { FollowedTables } from './followed-tables.js';
import { LiveTables } from './live/live-tables.js';
import { SnapshotReader } from './snapshot-reader.js';
import { TableCatalog } from './tables/table-catalog.js';
import type { TableDefinition } from './tables/table-definition.js';

/** What those who use the database ask of its tables. */
export type Tables = Pick<TableCatalog, 'computedFields' | 'find' | 'known' | 'prepare'>;

/** The one way to the database: what its parts can do, for those who need not know them. */
@Injectable()
export class Database {
  /** Settles when the changefeed is read for the first time: what begins before would begin, or go on, nowhere. */
  readonly beginning: Promise<void>;

  constructor(
    @Inject(DatabaseLifecycle) private readonly lifecycle: Pick<DatabaseLifecycle, 'beginning' | 'fullFeed'>,
    @Inject(FeedReader) private readonly reader: Pick<FeedReader, 'databaseId'>,
    @Inject(ChangeFeed) private readonly feed: Pick<ChangeFeed, 'caughtUp' | 'reached' | 'readAgain' | 'readUpTo'>,
    @Inject(LiveTables) private readonly liveTables: Pick<LiveTables, 'cursor'>,
    @Inject(FollowedTables) private readonly followed: Pick<FollowedTables, 'durably' | 'follow' | 'unfollow'>,
    private readonly events: DatabaseEvents,
    @Inject(TableCatalog) readonly tables: Tables,
    readonly snapshots: SnapshotReader,
    readonly history: FeedHistory,
  ) {
    this.beginning = lifecycle.beginning;
  }

  /** From now on this one is told what happens to the tables that are followed, and nobody else. */
  listen(listener: DatabaseListener): void {
    this.events.listen(listener);
  }

  /** From now on this one is told of all that is written, too. */
  observe(observer: WriteObserver): void {
    this.events.observe(observer);
  }

  /** Whether the changefeed tells what a deleted record was, and computed fields. The embedded engine's does not. */
  get deliversImages(): boolean {
    return this.lifecycle.fullFeed;
  }

  /**
   * Whether a transaction shows one state, first ordered and then limited. Before 3.3 it takes the first rows that it finds and
   * orders those, and in memory the embedded engine leaves out rows that are written meanwhile.
   */
  get transactsExactly(): boolean {
    return this.lifecycle.fullFeed;
  }

  /** Whether a SELECT within a permission sees all rows. Before 3.3 it sees those that whoever asks may select. */
  get selectsAllWithinPermissions(): boolean {
    return this.lifecycle.fullFeed;
  }

  /** Begins to tell a table's changes. Once for each table. @throws DatabaseUnavailable */
  follow(table: TableDefinition): Promise<void> {
    return this.followed.follow(table);
  }

  unfollow(name: string): void {
    this.followed.unfollow(name);
  }

  /** Whether a followed table's changes are read from the changefeed. */
  followsDurably(name: string): boolean {
    return this.followed.durably(name);
  }

  /** Whether the changefeed tells each change of a table, followed or not, as far as is known. */
  tells(name: string): boolean {
    return this.tables.known(name)?.durable ?? false;
  }

  /** Whether each write to a followed table is told, as far as is known. On the embedded engine live queries don't tell all. */
  deliversEveryWrite(name: string): boolean {
    return this.lifecycle.fullFeed || this.followsDurably(name);
  }

  /** The cursor of the newest change told by live queries. */
  get liveCursor(): string {
    return this.liveTables.cursor;
  }

  /** Identity of the database, as cursors carry it. */
  get id(): string {
    return this.reader.databaseId;
  }

  /** Whether the feed has been read up to a stamp; if not, settles when it has been read to its end once more. */
  readUpTo(stamp: bigint): Promise<void> {
    return this.feed.readUpTo(stamp);
  }

  /** Settles when what was committed to a followed table before this call has been told; at once while the database is away. */
  async caughtUp(name: string): Promise<void> {
    if (this.followsDurably(name)) await this.feed.caughtUp();
  }

  /** Settles when what was committed to any table before this call has been told; while the database is away, when it is back. */
  heardAll(): Promise<void> {
    return this.feed.readAgain();
  }

  /** Settles when transactions that are in the feed have been told. */
  reached(stamps: Iterable<bigint>): Promise<void> {
    return this.feed.reached(stamps);
  }

  /** Fields that rows have and the changefeed lacks; left out of rows, so that a record has one shape. */
  async hiddenFields(table: string): Promise<readonly string[]> {
    return this.lifecycle.fullFeed ? [] : this.tables.computedFields(table);
  }
}
