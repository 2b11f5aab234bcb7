import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { SurrealModule } from '../surreal/surreal.module.js';
import { RightsService } from './rights.service.js';

/** What callers may see of tables. */
@Module({
  imports: [AuthModule, SurrealModule],
  providers: [RightsService],
  exports: [RightsService],
})
export class RightsModule {}
