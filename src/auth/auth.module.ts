import { Module, type DynamicModule } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { JwtService } from '@nestjs/jwt';
import { AuditModule } from '../audit/audit.module.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { AuthOptions, AuthOptionsModule } from './auth-options.js';
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
  imports: [AuditModule],
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
    {
      provide: TokenVerifier,
      inject: [{ token: AuthOptions, optional: true }, ModuleRef],
      useFactory: ({ verifier = TokenVerifier }: AuthOptions = {}, module: ModuleRef) => module.create(verifier),
    },
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
export class AuthModule {
  /** The same module, with what was chosen. To be imported once, in `AppModule`. */
  static forRoot(options: AuthOptions): DynamicModule {
    return {
      module: AuthOptionsModule,
      global: true,
      imports: [AuthModule],
      providers: [{ provide: AuthOptions, useValue: options }],
      exports: [AuthOptions],
    };
  }
}
