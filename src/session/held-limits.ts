import { totalmem } from 'node:os';
import type { Config } from '../config/config.js';
import { workerCount } from '../config/worker-count.js';
import type { HeldLimits } from '../delivery/account.js';

const MOST_BYTES = 512 * 1024 * 1024;

/**
 * What clients may make this process hold. Unless it is configured, the sum is what fits the memory, a container's too, beside the
 * other processes that serve clients.
 */
export function heldLimits(config: Config, memory = usableMemory()): HeldLimits {
  return {
    each: config.limitConnectionBytes,
    outbox: config.limitOutboxBytes,
    total: config.limitOutboxTotalBytes || Math.min(MOST_BYTES, Math.floor(memory / 4 / workerCount(config))),
  };
}

/** The machine's memory, or what a container may use of it. */
function usableMemory(): number {
  // Without a bound, Node answers 0 or a number beyond any memory, by the version of the kernel's groups.
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
