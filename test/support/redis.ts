import { execFileSync } from 'node:child_process';
import { expect } from '@jest/globals';
import { REDIS_BIN } from './redis-server.js';

/** The file that this one is loaded for. */
const suite = () => expect.getState().testPath?.split('/').at(-1) ?? 'a file';

/** Whether there is a Redis server to start: Debian's `redis-server`, or what REDIS_SERVER names. */
export const hasRedis = (() => {
  try {
    execFileSync(REDIS_BIN, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Written past jest, which shows no console of a file whose tests are all skipped.
    process.stderr.write(
      `There is no ${REDIS_BIN}: ${suite()}'s tests over Redis are skipped. REDIS_SERVER names one.\n`,
    );
    return false;
  }
})();
