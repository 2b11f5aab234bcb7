import { Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RedisLink } from '../redis/redis-link.js';
import { RedisModule } from '../redis/redis.module.js';
import { MemoryBroker } from './broker-memory.js';
import { Broker } from './broker.js';
import { ChannelsService } from './channels.service.js';
import { PresenceService } from './presence/presence.service.js';
import { RedisBroker } from './redis/broker-redis.js';

@Module({
  imports: [RedisModule],
  providers: [
    ChannelsService,
    PresenceService,
    {
      provide: Broker,
      useFactory: (config: Config, metrics: MetricsService, link: RedisLink | undefined) =>
        link ? new RedisBroker(config, link, metrics) : new MemoryBroker(config, metrics),
      inject: [Config, MetricsService, RedisLink],
    },
  ],
  exports: [Broker, ChannelsService, PresenceService],
})
export class ChannelsModule {}
