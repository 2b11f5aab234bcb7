import type { SurrealOptions } from './options.js';
import { Supervisor } from './supervisor.js';
import type { SurrealProcess } from './surreal-process.js';

/**
 * Starts SurrealDB as a child process on 127.0.0.1 and resolves when it serves. It is started again whenever it dies,
 * until `stop()`, and ends by itself within 2 s when this process is killed.
 */
export function startSurreal(options: SurrealOptions = {}): Promise<SurrealProcess> {
  return Supervisor.start(options);
}
