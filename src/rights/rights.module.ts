import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { DefinitionsWatch } from './definitions-watch.js';
import { KnownPrincipals } from './known-principals.js';
import { RecordDecisions } from './record-decisions.js';
import { RecordRights } from './record-rights.js';
import { RecordRounds } from './record-rounds.js';
import { RightsRounds } from './rights-rounds.js';
import { RightsService } from './rights.service.js';

/** What callers may see of tables. */
@Module({
  imports: [AuthModule],
  providers: [
    DefinitionsWatch,
    KnownPrincipals,
    RecordDecisions,
    RecordRights,
    RecordRounds,
    RightsRounds,
    RightsService,
  ],
  exports: [RecordRights, RightsService],
})
export class RightsModule {}
