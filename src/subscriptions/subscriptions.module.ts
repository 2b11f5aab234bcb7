import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { RightsModule } from '../rights/rights.module.js';
import { SurrealModule } from '../surreal/surreal.module.js';
import { LiveQueryService } from './live-query.service.js';

@Module({
  imports: [SurrealModule, AuthModule, RightsModule],
  providers: [LiveQueryService],
  exports: [LiveQueryService],
})
export class SubscriptionsModule {}
