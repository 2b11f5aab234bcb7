import { availableParallelism } from 'node:os';
import type { Config } from './config.js';

/** How many processes serve clients. */
export function workerCount({ workers }: Pick<Config, 'workers'>): number {
  return workers === 'auto' ? availableParallelism() : Number(workers);
}
