import type { Provider } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DatabaseEvents } from '../../surreal/changes/database-events.js';
import { DatabaseProcess } from '../../surreal/connection/database-process.js';
import { DatabaseState } from '../../surreal/connection/database-state.js';
import { FeedConnection } from '../../surreal/connection/feed-connection.js';
import { Questions } from '../../surreal/connection/questions.js';
import { SnapshotConnection } from '../../surreal/connection/snapshot-connection.js';
import { DatabaseLifecycle } from '../../surreal/database-lifecycle.js';
import { Database } from '../../surreal/database.js';
import { ChangeFeed } from '../../surreal/feed/change-feed.js';
import { FeedHistory } from '../../surreal/feed/feed-history.js';
import { FeedReader } from '../../surreal/feed/feed-reader.js';
import { FollowedTables } from '../../surreal/followed-tables.js';
import { LiveTables } from '../../surreal/live/live-tables.js';
import { SignIns } from '../../surreal/sign-in/sign-ins.js';
import { SnapshotReader } from '../../surreal/snapshot-reader.js';
import { TableCatalog } from '../../surreal/tables/table-catalog.js';
import { OwnConnections } from './own-connections.js';
import { RemoteFeed } from './remote-feed.js';
import { RemoteTables } from './remote-tables.js';
import { Supervisor } from './supervisor.js';
import { SupervisedDatabase } from './supervised-database.js';

/**
 * The way to the database of a worker: what happens there the supervisor tells, and rows and the past are read by the worker itself,
 * as they are asked for.
 */
export const REMOTE_SURREAL: readonly Provider[] = [
  Database,
  DatabaseEvents,
  {
    provide: DatabaseProcess,
    useFactory: (config: Config, { introduction }: Supervisor) =>
      new SupervisedDatabase(config, introduction.databaseUrl),
    inject: [Config, Supervisor],
  },
  DatabaseState,
  FeedConnection,
  FeedHistory,
  OwnConnections,
  Questions,
  RemoteFeed,
  RemoteTables,
  SignIns,
  SnapshotConnection,
  SnapshotReader,
  ...[DatabaseLifecycle, FeedReader, ChangeFeed, LiveTables].map((provide) => ({ provide, useExisting: RemoteFeed })),
  ...[FollowedTables, TableCatalog].map((provide) => ({ provide, useExisting: RemoteTables })),
];
