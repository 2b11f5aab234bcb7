import { Injectable, Optional } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DatabaseProcess } from './database-process.js';
import { sessionTo } from './session-to.js';
import { SupervisedConnection } from './supervised-connection.js';

/** Over this one the changefeed and the definitions of tables are read. Whether it is there says whether the database is. */
@Injectable()
export class FeedConnection extends SupervisedConnection {
  /** @param keepsSource whether each change that is read keeps how the database encoded it */
  constructor(process: DatabaseProcess, config: Config, @Optional() keepsSource?: boolean) {
    super('feed', { ...sessionTo(process, config), ...(keepsSource && { keepsSource }) });
  }
}
