import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { RecordRights } from './record-rights.js';
import { RightsService } from './rights.service.js';

/** What callers may see of tables. */
@Module({
  imports: [AuthModule],
  providers: [RecordRights, RightsService],
  exports: [RecordRights, RightsService],
})
export class RightsModule {}
