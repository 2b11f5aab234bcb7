import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChannelsModule } from '../channels/channels.module.js';
import { Config } from '../config/config.js';
import { RedisLink } from '../redis/redis-link.js';
import { RedisModule } from '../redis/redis.module.js';
import { SessionModule } from '../session/session.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { ControlService } from './control.service.js';
import { MemoryRevocationStore } from './revocation-store-memory.js';
import { RedisRevocationStore } from './revocation-store-redis.js';
import { RevocationStore, SharedRevocationStore } from './revocation-store.js';

/** What operators do, on all instances. */
@Module({
  imports: [AuthModule, ChannelsModule, RedisModule, SessionModule, SubscriptionsModule],
  providers: [
    ControlService,
    {
      provide: RevocationStore,
      useFactory: (
        { limitRevocations, redisPrefix }: Config,
        link: RedisLink | undefined,
        shared: SharedRevocationStore | undefined,
      ) =>
        link ? new RedisRevocationStore(link, redisPrefix, limitRevocations) : (shared ?? new MemoryRevocationStore()),
      inject: [Config, RedisLink, { token: SharedRevocationStore, optional: true }],
    },
  ],
  exports: [ControlService],
})
export class ControlModule {}
