import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import { MetricsService } from '../metrics/metrics.service.js';
import { DatabaseEvents } from './changes/database-events.js';
import { identify } from './connection/database-identity.js';
import { DatabaseProcess } from './connection/database-process.js';
import { DatabaseState } from './connection/database-state.js';
import type { DatabaseUnavailable } from './connection/database-unavailable.js';
import { defineDatabase } from './connection/define-database.js';
import { FeedConnection } from './connection/feed-connection.js';
import type { ConnectionListener } from './connection/supervised-connection.js';
import { ChangeFeed } from './feed/change-feed.js';
import { FeedReader } from './feed/feed-reader.js';
import { FollowedTables } from './followed-tables.js';
import { Doorbells } from './live/doorbells.js';
import { LiveTables } from './live/live-tables.js';
import { SnapshotReader } from './snapshot-reader.js';
import { durabilityAdvice } from './tables/durability-advice.js';
import { TableCatalog } from './tables/table-catalog.js';
import { Upkeep } from './upkeep.js';

/** Versions of SurrealDB whose changefeed was seen to have images on DELETE and computed fields: 3.3 and later. */
function isFullFeedVersion(version: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 3);
}

/** Starts and stops all that the way to the database consists of, and decides at each connection how to go on. */
@Injectable()
export class DatabaseLifecycle implements ConnectionListener, OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Surreal');
  private begun = false;
  private undelivered = false;
  private isFullFeed = false;
  private settleBeginning: () => void = () => undefined;
  /** Settles when the changefeed is read for the first time. */
  readonly beginning = new Promise<void>((resolve) => (this.settleBeginning = resolve));

  constructor(
    private readonly process: DatabaseProcess,
    private readonly connection: FeedConnection,
    private readonly reader: FeedReader,
    private readonly feed: ChangeFeed,
    private readonly doorbells: Doorbells,
    private readonly liveTables: LiveTables,
    private readonly tables: TableCatalog,
    private readonly followed: FollowedTables,
    private readonly snapshots: SnapshotReader,
    private readonly upkeep: Upkeep,
    private readonly events: DatabaseEvents,
    private readonly state: DatabaseState,
    private readonly metrics: MetricsService,
  ) {
    connection.listen(this);
  }

  async onModuleInit(): Promise<void> {
    await this.process.start();
    this.connection.start();
    const snapshots = this.snapshots.start();
    this.doorbells.start();
    this.feed.start();
    // So that a service that says it listens serves topics at once, where the database is there.
    await Promise.all([this.connection.attempted, snapshots]);
    this.upkeep.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.upkeep.stop();
    // The reader waits for answers, and a database that stands still gives none: the connection ends first.
    const { connection, snapshots, doorbells, liveTables, feed } = this;
    await Promise.all([connection, snapshots, doorbells, liveTables, feed].map((part) => part.stop()));
    await this.process.stop();
  }

  /** Whether the changefeed has images on DELETE and computed fields. */
  get fullFeed(): boolean {
    return this.isFullFeed;
  }

  /** Settles when it is known from where to read. @throws Error where it can't be: then the session ends */
  async connected(): Promise<void> {
    if (this.tables.manages) await this.defineMissing();
    const { id, writable } = await identify(this.connection, this.process.endpoint);
    const anew = !this.begun || id !== this.reader.databaseId || !(await this.reader.continues());
    this.isFullFeed = isFullFeedVersion(await this.connection.version());
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

  disconnected({ message }: DatabaseUnavailable): void {
    this.feed.pause();
    this.tables.distrust();
    this.state.down(message);
    this.metrics.databaseUp.set(0);
    this.metrics.databaseReconnects.inc();
  }

  unreachable({ message }: DatabaseUnavailable): void {
    this.state.down(message);
  }

  /** Users of a namespace or database may not, and theirs are there. */
  private async defineMissing(): Promise<void> {
    await defineDatabase(this.connection, this.process.endpoint).catch((error: unknown) => {
      if (!(error instanceof ServerError)) throw error;
    });
  }

  /** Tables that the service may define are defined again, so that their subscribers can go on. */
  private async replaced(): Promise<void> {
    this.logger.warn('The database is another than before, or was set back: every stream is told to read again');
    await this.tables.restore(this.followed.names());
    this.events.replaced();
    // Live queries end with their database, and no message tells it.
    this.doorbells.renew('the database was replaced');
    this.liveTables.renew('the database was replaced');
  }

  private adviseChangefeeds(writable: boolean): void {
    // Elsewhere they get one when they are subscribed to.
    if (this.tables.manages && writable) return;
    const advice = durabilityAdvice(this.tables);
    if (advice !== undefined) this.logger.warn(advice);
  }
}
