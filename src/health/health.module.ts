import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { RedisModule } from '../redis/redis.module.js';
import { DrainState } from './drain-state.js';
import { HealthController } from './health.controller.js';

/** Probes come every few seconds: left to itself, terminus logs an error for each that fails. */
export const QUIET_TERMINUS = TerminusModule.forRoot({ logger: false });

@Module({
  imports: [QUIET_TERMINUS, RedisModule],
  controllers: [HealthController],
  providers: [DrainState],
  exports: [DrainState],
})
export class HealthModule {}
