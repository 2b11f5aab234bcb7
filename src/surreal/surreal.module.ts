import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { ChangeDelivery } from './change-delivery.js';
import { DatabaseEvents } from './changes/database-events.js';
import { DatabaseProcess } from './connection/database-process.js';
import { DatabaseState } from './connection/database-state.js';
import { FeedConnection } from './connection/feed-connection.js';
import { Questions } from './connection/questions.js';
import { SnapshotConnection } from './connection/snapshot-connection.js';
import { DatabaseLifecycle } from './database-lifecycle.js';
import { Database } from './database.js';
import { ChangeFeed } from './feed/change-feed.js';
import { FeedHistory } from './feed/feed-history.js';
import { FeedReader } from './feed/feed-reader.js';
import { FollowedTables } from './followed-tables.js';
import { Doorbells } from './live/doorbells.js';
import { LiveTables } from './live/live-tables.js';
import { QUIET_MS, QuietTables } from './live/quiet-tables.js';
import { SignIns } from './sign-in/sign-ins.js';
import { SnapshotReader } from './snapshot-reader.js';
import { TableCatalog } from './tables/table-catalog.js';
import { Upkeep } from './upkeep.js';

/** The parts that speak to the database themselves. One that hears of what others do says so to them in its constructor. */
const PARTS: readonly Provider[] = [
  ChangeDelivery,
  ChangeFeed,
  Database,
  DatabaseEvents,
  DatabaseLifecycle,
  DatabaseProcess,
  DatabaseState,
  Doorbells,
  FeedConnection,
  FeedHistory,
  FeedReader,
  FollowedTables,
  LiveTables,
  Questions,
  { provide: QuietTables, useFactory: () => new QuietTables(QUIET_MS) },
  SignIns,
  SnapshotConnection,
  SnapshotReader,
  TableCatalog,
  Upkeep,
];

/** The way to the database. */
@Module({})
export class SurrealModule {
  /**
   * To be imported once: all modules have it then.
   * @param parts what the database is spoken to with, in place of the usual parts.
   */
  static forRoot(parts = PARTS): DynamicModule {
    return {
      module: SurrealModule,
      global: true,
      providers: [...parts],
      exports: [ChangeFeed, Database, DatabaseProcess, DatabaseState, FeedReader, Questions, SignIns, TableCatalog],
    };
  }

  /** The same, with some of the parts made otherwise. */
  static forRootWith(replaced: readonly FactoryProvider[]): DynamicModule {
    const tokens = new Set<unknown>(replaced.map(({ provide }) => provide));
    return SurrealModule.forRoot([...PARTS.filter((part) => !tokens.has(part)), ...replaced]);
  }
}
