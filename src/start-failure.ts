import { PolicyError } from './auth/policy/policy-error.js';
import { ConfigError } from './config/load-config.js';
import { WorkerFailed } from './workers/supervisor/worker-failed.js';

/** What is said of a service that couldn't start: of what it was told wrong no more than that. */
export function startFailure(error: unknown): string {
  const expected = error instanceof ConfigError || error instanceof PolicyError || error instanceof WorkerFailed;
  if (expected || !(error instanceof Error)) return error instanceof Error ? error.message : String(error);
  return error.stack ?? error.message;
}
