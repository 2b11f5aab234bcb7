import type { Config } from '../../config/config.js';
import type { DatabaseProcess } from './database-process.js';
import type { SupervisedOptions } from './supervised-connection.js';

const HEARTBEAT_MS = 2_000;

/** How a connection to the database is opened, and watched. */
export function sessionTo(
  process: Pick<DatabaseProcess, 'endpoint'>,
  config: Pick<Config, 'surrealTimeoutMs'>,
): SupervisedOptions {
  return { endpoint: () => process.endpoint, timeoutMs: config.surrealTimeoutMs, heartbeatMs: HEARTBEAT_MS };
}
