import { Module, type DynamicModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RedisLink } from '../redis/redis-link.js';
import { RedisModule } from '../redis/redis.module.js';
import { MemoryBroker } from './broker-memory.js';
import { Broker } from './broker.js';
import { ChannelsOptions, ChannelsOptionsModule } from './channels-options.js';
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
      useFactory: makeBroker,
      inject: [{ token: ChannelsOptions, optional: true }, ModuleRef, Config, MetricsService, RedisLink],
    },
  ],
  exports: [Broker, ChannelsService, PresenceService],
})
export class ChannelsModule {
  /** The same module, with what was chosen. To be imported once, in `AppModule`. */
  static forRoot(options: ChannelsOptions): DynamicModule {
    return {
      module: ChannelsOptionsModule,
      global: true,
      imports: [ChannelsModule],
      providers: [{ provide: ChannelsOptions, useValue: options }],
      exports: [ChannelsOptions],
    };
  }
}

function makeBroker(
  { broker }: ChannelsOptions = {},
  module: ModuleRef,
  config: Config,
  metrics: MetricsService,
  link: RedisLink | undefined,
): Broker | Promise<Broker> {
  if (broker) return module.create(broker);
  return link ? new RedisBroker(config, link, metrics) : new MemoryBroker(config, metrics);
}
