import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { FeedConnection } from '../../surreal/connection/feed-connection.js';
import { SnapshotReader } from '../../surreal/snapshot-reader.js';

/** Has the worker's connections to the database, over which it reads rows, and of the changefeed what is past. */
@Injectable()
export class OwnConnections implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly connection: FeedConnection,
    private readonly snapshots: SnapshotReader,
  ) {}

  async onModuleInit(): Promise<void> {
    this.connection.start();
    await Promise.all([this.connection.attempted, this.snapshots.start()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.connection.stop(), this.snapshots.stop()]);
  }
}
