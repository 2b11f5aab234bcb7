import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { ChangeFeed, type Bells } from './feed/change-feed.js';
import { identify } from './connection/database-identity.js';
import type { DatabaseListener } from './changes/database-listener.js';
import { DatabaseProcess } from './connection/database-process.js';
import { DatabaseState } from './connection/database-state.js';
import { defineDatabase } from './connection/define-database.js';
import { durabilityAdvice } from './tables/durability-advice.js';
import { FeedHistory } from './feed/feed-history.js';
import { FeedReader } from './feed/feed-reader.js';
import { ChangeDelivery } from './feed/change-delivery.js';
import { FollowedTables } from './followed-tables.js';
import { LiveQueries } from './live/live-queries.js';
import { LiveTables } from './live/live-tables.js';
import { SnapshotReader } from './snapshot-reader.js';
import { SupervisedConnection } from './connection/supervised-connection.js';
import { TableCatalog } from './tables/table-catalog.js';
import type { TableDefinition } from './tables/table-definition.js';

const CATALOG_INTERVAL_MS = 1_000;
const HEARTBEAT_MS = 2_000;
/** A table to which nothing was written for so long is hardly being written to by a transaction that isn't seen yet. */
const QUIET_MS = 60_000;
/** A server that closes a subscriber for which too many notifications wait says this. */
const TRY_AGAIN_LATER = 1013;

/** Versions of SurrealDB whose changefeed was seen to have images on DELETE and computed fields: 3.3 and later. */
function isFullFeedVersion(version: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 3);
}

/** On a server a live query that is made or killed makes others' transactions fail; on the embedded engine it does not. */
function bellsFor(setting: Config['surrealDoorbells'], process: DatabaseProcess): Bells {
  if (setting === 'off' || process.keepsLiveQueries) return 'never';
  return setting === 'on' || process.embedded ? 'always' : 'quiet';
}

/**
 * The one way to the database: wires connections, changefeed, doorbells and definitions together, and tells one listener
 * what happens to the tables that it follows.
 */
@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Surreal');
  private readonly connection: SupervisedConnection;
  private readonly reader: FeedReader;
  private readonly doorbells: LiveQueries;
  private readonly feed: ChangeFeed;
  private readonly liveTables: LiveTables;
  private readonly followed: FollowedTables;
  private listener: DatabaseListener | undefined;
  private begun = false;
  private undelivered = false;
  private fullFeed = false;
  private catalogTimer: NodeJS.Timeout | undefined;
  private settleBeginning: () => void = () => undefined;
  /** Settles when the changefeed is read for the first time: what begins before would begin, or go on, nowhere. */
  readonly beginning = new Promise<void>((resolve) => (this.settleBeginning = resolve));
  readonly tables: TableCatalog;
  readonly snapshots: SnapshotReader;
  readonly history: FeedHistory;

  constructor(
    private readonly config: Config,
    private readonly process: DatabaseProcess,
    private readonly state: DatabaseState,
    private readonly metrics: MetricsService,
  ) {
    const session = { endpoint: () => process.endpoint, timeoutMs: config.surrealTimeoutMs, heartbeatMs: HEARTBEAT_MS };
    this.connection = new SupervisedConnection('feed', session, {
      connected: () => this.connected(),
      disconnected: (reason) => this.disconnected(reason.message),
      unreachable: (reason) => this.state.down(reason.message),
    });
    const manages = config.manageChangefeeds === 'all' || (config.manageChangefeeds === 'embedded' && process.own);
    this.tables = new TableCatalog(this.connection, {
      database: config.surrealDatabase,
      manages,
      same: () => this.reader.continues(),
    });
    const { surrealFastWindowMs, surrealSweepWindowMs, surrealSweepIntervalMs, surrealPollMs } = config;
    const windows = {
      fastWindowMs: surrealFastWindowMs,
      sweepWindowMs: surrealSweepWindowMs,
      retentionMs: () => this.tables.retentionMs,
    };
    this.reader = new FeedReader(
      this.connection,
      windows,
      new ChangeDelivery(this.tables, metrics, {
        listener: () => this.listener,
        wrote: (changes) => this.feed.wrote(changes),
        strayed: (change) => this.followed.strayed(this.liveTables.adopt(change)),
        defined: () => this.refreshCatalog(),
        replaced: () => this.connection.renew('the changefeed lacks what was read from it'),
      }),
    );
    const bells = bellsFor(config.surrealDoorbells, process);
    this.doorbells = new LiveQueries(
      {
        ...session,
        name: 'doorbells',
        projection: 'id',
        mayListen: (table) => bells === 'always' || this.feed.isQuiet(table),
        mayKill: (table) => process.embedded || this.feed.isQuiet(table),
      },
      {
        message: (table) => this.feed.rang(table),
        interrupted: ({ closeCode }) => this.feed.interrupted(closeCode === TRY_AGAIN_LATER),
        restored: () => this.feed.interrupted(false),
      },
    );
    this.feed = new ChangeFeed(this.reader, this.doorbells, metrics, {
      pollMs: surrealPollMs,
      settleMs: surrealFastWindowMs,
      sweepIntervalMs: surrealSweepIntervalMs,
      sweepWindowMs: surrealSweepWindowMs,
      bells,
      quietMs: QUIET_MS,
    });
    this.liveTables = new LiveTables(
      { ...session, quietMs: process.embedded ? 0 : QUIET_MS },
      {
        changes: (changes) => this.listener?.changes(changes),
        strayed: (change) => this.followed.strayed(change),
        interrupted: (tables) => {
          for (const table of tables) this.listener?.broken(table, 'interrupted');
        },
      },
    );
    this.followed = new FollowedTables(this.tables, this.feed, this.liveTables, {
      listener: () => this.listener,
      strayed: () => metrics.strayedChanges.inc(),
    });
    this.tables.listen(this.followed);
    this.history = new FeedHistory(this.connection, this.reader.clock, () => this.reader.databaseId);
    this.snapshots = new SnapshotReader(new SupervisedConnection('snapshots', session), this.reader);
  }

  listen(listener: DatabaseListener): void {
    this.listener = listener;
  }

  async onModuleInit(): Promise<void> {
    await this.process.start();
    this.connection.start();
    const snapshots = this.snapshots.start();
    this.doorbells.start();
    this.feed.start();
    // So that a service that says it listens serves topics at once, where the database is there.
    await Promise.all([this.connection.attempted, snapshots]);
    this.catalogTimer = setInterval(() => this.refreshCatalog(), CATALOG_INTERVAL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.catalogTimer);
    // The reader waits for answers, and a database that stands still gives none: the connection ends first.
    const { connection, snapshots, doorbells, liveTables, feed } = this;
    await Promise.all([connection, snapshots, doorbells, liveTables, feed].map((part) => part.stop()));
    await this.process.stop();
  }

  /** Whether the changefeed tells what a deleted record was, and computed fields. The embedded engine's does not. */
  get deliversImages(): boolean {
    return this.fullFeed;
  }

  /**
   * Whether a transaction shows one state, first ordered and then limited. Before 3.3 it takes the first rows that it finds and
   * orders those, and in memory the embedded engine leaves out rows that are written meanwhile.
   */
  get transactsExactly(): boolean {
    return this.fullFeed;
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
    return this.fullFeed || this.followsDurably(name);
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
  async readUpTo(stamp: bigint): Promise<void> {
    if (stamp > this.reader.head) await this.feed.readThrough();
  }

  /** Settles when what was committed to a followed table before this call has been told; at once while the database is away. */
  async caughtUp(name: string): Promise<void> {
    if (this.followsDurably(name)) await this.feed.caughtUp();
  }

  /** Settles when transactions that are in the feed have been told. */
  reached(stamps: Iterable<bigint>): Promise<void> {
    return this.feed.reached(stamps);
  }

  /** Fields that rows have and the changefeed lacks; left out of rows, so that a record has one shape. */
  async hiddenFields(table: string): Promise<readonly string[]> {
    return this.fullFeed ? [] : this.tables.computedFields(table);
  }

  private async connected(): Promise<void> {
    if (this.tables.manages) await this.defineMissing();
    const { id, writable } = await identify(this.connection, this.process.endpoint);
    const anew = !this.begun || id !== this.reader.databaseId || !(await this.reader.continues());
    this.fullFeed = isFullFeedVersion(await this.connection.version());
    if (anew) await this.reader.begin(id);
    // Remembered until it is told: the connection can break again before.
    this.undelivered ||= anew && this.begun;
    if (this.undelivered) await this.replaced();
    else this.tables.recognise();
    this.undelivered = false;
    await this.tables.refresh();
    // Once before anybody subscribes: where a stream begins is then a change that the feed holds.
    await this.reader.read();
    if (!this.begun) this.adviseChangefeeds(writable);
    this.begun = true;
    this.settleBeginning();
    this.state.up();
    this.metrics.databaseUp.set(1);
    this.logger.log(`Connected to ${this.process.endpoint.url}, database ${id}`);
    this.feed.resume();
  }

  /** Users of a namespace or database may not, and theirs are there. */
  private async defineMissing(): Promise<void> {
    await defineDatabase(this.connection, this.process.endpoint).catch((error: unknown) => {
      if (!(error instanceof ServerError)) throw error;
    });
  }

  private disconnected(reason: string): void {
    this.feed.pause();
    this.tables.distrust();
    this.state.down(reason);
    this.metrics.databaseUp.set(0);
    this.metrics.databaseReconnects.inc();
  }

  /** Tables that the service may define are defined again, so that their subscribers can go on. */
  private async replaced(): Promise<void> {
    this.logger.warn('The database is another than before, or was set back: every stream is told to read again');
    await this.tables.restore(this.followed.names());
    this.listener?.replaced();
    // Live queries end with their database, and no message tells it.
    this.doorbells.renew('the database was replaced');
    this.liveTables.renew('the database was replaced');
  }

  private refreshCatalog(): void {
    if (!this.connection.up) return;
    this.tables.refresh().catch((error: unknown) => this.logger.debug(String(error)));
    this.feed.retry();
    void this.liveTables.retry();
  }

  private adviseChangefeeds(writable: boolean): void {
    // Elsewhere they get one when they are subscribed to.
    if (this.tables.manages && writable) return;
    const advice = durabilityAdvice(this.tables);
    if (advice !== undefined) this.logger.warn(advice);
  }
}
