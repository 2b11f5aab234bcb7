import { Module, type DynamicModule } from '@nestjs/common';
import { Revocations } from '../../auth/tokens/revocations.js';
import { MemoryBroker } from '../../channels/broker-memory.js';
import { ConfigModule } from '../../config/config.module.js';
import { Config } from '../../config/config.js';
import { MetricsModule } from '../../metrics/metrics.module.js';
import { DatabaseProcess } from '../../surreal/connection/database-process.js';
import { FeedConnection } from '../../surreal/connection/feed-connection.js';
import { SurrealModule } from '../../surreal/surreal.module.js';
import { ChannelRelay } from './channel-relay.js';
import { ConnectionCounts } from './connection-counts.js';
import { DatabaseViews } from './database-views.js';
import { FeedRelay } from './feed-relay.js';
import { Links } from './links.js';
import { MetricsOfAll } from './metrics-of-all.js';
import { PresenceRelay } from './presence-relay.js';
import { RevocationRelay } from './revocation-relay.js';
import { SharedTables } from './shared-tables.js';
import { Switchboard } from './switchboard.js';
import { WorkerPool } from './worker-pool.js';

/** What workers hand on is what the database said, byte for byte. */
const FEED = {
  provide: FeedConnection,
  useFactory: (process: DatabaseProcess, config: Config) => new FeedConnection(process, config, true),
  inject: [DatabaseProcess, Config],
};

/** The process that reads the database and carries channels for all workers, and runs them. */
@Module({
  providers: [
    ChannelRelay,
    ConnectionCounts,
    DatabaseViews,
    FeedRelay,
    Links,
    MemoryBroker,
    MetricsOfAll,
    PresenceRelay,
    RevocationRelay,
    Revocations,
    SharedTables,
    Switchboard,
    WorkerPool,
  ],
})
export class SupervisorModule {
  static forRoot(config: Readonly<Config>): DynamicModule {
    return {
      module: SupervisorModule,
      imports: [ConfigModule.forRoot(config), MetricsModule, SurrealModule.forRootWith([FEED])],
    };
  }
}
