import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DatabaseProcess } from './database-process.js';
import { sessionTo } from './session-to.js';
import { SupervisedConnection } from './supervised-connection.js';

/** Over this one snapshots are read: the changefeed doesn't wait for large ones. */
@Injectable()
export class SnapshotConnection extends SupervisedConnection {
  constructor(process: DatabaseProcess, config: Config) {
    super('snapshots', sessionTo(process, config));
  }
}
