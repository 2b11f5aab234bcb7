import type { Config } from '../../config/config.js';
import { DatabaseProcess } from '../../surreal/connection/database-process.js';
import type { SurrealEndpoint } from '../../surreal/connection/surreal-endpoint.js';

/** The database that the supervisor runs, or is told of. */
export class SupervisedDatabase extends DatabaseProcess {
  constructor(
    config: Config,
    private readonly url: string,
  ) {
    super(config);
  }

  override get endpoint(): SurrealEndpoint {
    return { ...super.endpoint, url: this.url };
  }
}
