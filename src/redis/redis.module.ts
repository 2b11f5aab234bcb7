import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RedisLink } from './redis-link.js';
import { RedisState } from './redis-state.js';

/** Redis, where the service is configured to use it: else `RedisLink` is undefined. */
@Module({
  providers: [
    RedisState,
    {
      provide: RedisLink,
      useFactory: (config: Config, state: RedisState, metrics: MetricsService) =>
        config.broker === 'redis' ? new RedisLink(config, state, metrics) : undefined,
      inject: [Config, RedisState, MetricsService],
    },
  ],
  exports: [RedisLink, RedisState],
})
export class RedisModule {}
