import { Module } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AuditModule } from '../audit/audit.module.js';
import { SurrealModule } from '../surreal/surreal.module.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { DevelopmentAccess } from './development-access.js';
import { KeyAttempts } from './key-attempts.js';
import { MetricsKeyGuard } from './metrics-key.guard.js';
import { PolicyService } from './policy/policy.service.js';
import { DatabaseTokens } from './tokens/database-tokens.js';
import { SigningSecret } from './tokens/signing-secret.js';
import { TokenIssuer } from './tokens/token-issuer.js';
import { Revocations } from './tokens/revocations.js';
import { RECORDS_NEEDED, TokenVerifier } from './tokens/token-verifier.js';

/** Who somebody is, and what they may. */
@Module({
  imports: [AuditModule, SurrealModule],
  providers: [
    SigningSecret,
    {
      provide: JwtService,
      inject: [SigningSecret],
      useFactory: ({ key }: SigningSecret) => new JwtService(key ? { secret: key } : {}),
    },
    DatabaseTokens,
    Revocations,
    {
      provide: RECORDS_NEEDED,
      inject: [PolicyService],
      useFactory: ({ needsRecords }: PolicyService) => needsRecords,
    },
    TokenVerifier,
    TokenIssuer,
    PolicyService,
    KeyAttempts,
    ApiKeyGuard,
    DevelopmentAccess,
    MetricsKeyGuard,
  ],
  exports: [
    Revocations,
    SigningSecret,
    TokenVerifier,
    TokenIssuer,
    PolicyService,
    KeyAttempts,
    ApiKeyGuard,
    DevelopmentAccess,
    MetricsKeyGuard,
  ],
})
export class AuthModule {}
