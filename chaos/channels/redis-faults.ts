import type { REDIS_KINDS } from '../fault.js';
import type { RedisPair } from './redis-pair.js';

/** Settles when it is over. */
export function befall(
  redis: RedisPair,
  kind: (typeof REDIS_KINDS)[number],
  lasts: () => Promise<void>,
): Promise<void> {
  switch (kind) {
    case 'redis killed':
      return redis.kill();
    case 'redis emptied':
      return redis.empty();
    case 'redis frozen briefly':
    case 'redis frozen for long':
      return redis.freeze(lasts);
    case 'redis failed over':
      return redis.failOver();
    case 'redis switched over':
      return redis.switchOver();
    case 'redis connections cut':
      return redis.cut();
  }
}
