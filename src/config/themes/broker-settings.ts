import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { IsRedisUrl } from '../is-redis-url.js';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** What carries channels, and what may wait for it. */
export class BrokerSettings {
  @Setting('BROKER', 'What carries channels: `memory`, for one instance, or `redis`, for several.')
  @IsIn(['memory', 'redis'])
  broker: 'memory' | 'redis' = 'memory';

  @Setting(
    'REDIS_URL',
    'Where Redis is, with `BROKER=redis`: `redis://`, `rediss://`, or `redis+sentinel://…/name`; several nodes with commas are a cluster.',
  )
  @IsRedisUrl((config) => (config as BrokerSettings).broker === 'redis')
  redisUrl = '';

  @Setting('REDIS_PREFIX', 'What every key and every channel in Redis begins with. No braces.')
  @Matches(/^[^{}\s]{0,64}$/, { message: '$property must be up to 64 characters without braces and spaces' })
  redisPrefix = 'edge-hive:';

  @Setting('REDIS_TIMEOUT_MS', 'Longest wait for an answer of Redis before its connection is given up, in ms.')
  @IsInt()
  @Min(100)
  @Max(60_000)
  redisTimeoutMs = 1_500;

  @Setting('LIMIT_BROKER_COMMANDS', 'Commands that may wait for an answer of Redis before publishes are refused.')
  @IsInt()
  @Min(100)
  limitBrokerCommands = 10_000;

  @Setting('LIMIT_BROKER_BYTES', 'Bytes of these commands.')
  @IsInt()
  @Min(MIB)
  limitBrokerBytes = 32 * MIB;
}
