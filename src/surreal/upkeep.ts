import { Injectable, Logger } from '@nestjs/common';
import { FeedConnection } from './connection/feed-connection.js';
import { ChangeFeed } from './feed/change-feed.js';
import { LiveTables } from './live/live-tables.js';
import { TableCatalog } from './tables/table-catalog.js';

const INTERVAL_MS = 1_000;

/** Looks again, each second, at what nobody tells, and tries again what could not be had. */
@Injectable()
export class Upkeep {
  private readonly logger = new Logger('Surreal');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: FeedConnection,
    private readonly tables: TableCatalog,
    private readonly feed: ChangeFeed,
    private readonly liveTables: LiveTables,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.refresh(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks now, while the database is there. */
  refresh(): void {
    if (!this.connection.up) return;
    this.tables.refresh().catch((error: unknown) => this.logger.debug(String(error)));
    this.feed.retry();
    void this.liveTables.retry();
  }
}
