import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { AuthenticationError } from './authentication-error.js';
import type { Claims } from './claims.js';
import { DatabaseTokens } from './database-tokens.js';
import { checkTimes, principalFrom, type ClaimRules } from './principal-from.js';
import type { Principal } from './principal.js';
import { PublicKey } from './public-key.js';
import { RemoteKeys } from './remote-keys.js';
import { Revocations } from './revocations.js';
import { SecretKey } from './secret-key.js';
import { SigningSecret } from './signing-secret.js';
import { checkSurrealToken, isSurrealToken } from './surreal-token.js';
import { TokenHeaders, unverifiedClaims } from './token-headers.js';
import type { TokenKeys } from './token-keys.js';
import { VerifiedTokens, type Verification } from './verified-tokens.js';

/** Whether rights are those of records, whatever keys are configured. */
export const RECORDS_NEEDED = Symbol('records needed');

/**
 * Tells whom a token speaks for. Every configured kind of key is usable at once; the token's `alg` chooses among them. A token of
 * SurrealDB for which none is configured is verified by SurrealDB itself.
 */
@Injectable()
export class TokenVerifier {
  private readonly keys: readonly TokenKeys[];
  private readonly headers = new TokenHeaders();
  private readonly verified: VerifiedTokens;
  private readonly rules: ClaimRules;
  /** The only key was made for this run: it is nobody else's. */
  private readonly keyless: boolean;

  /** @throws ConfigError for a key that can't be one */
  constructor(
    config: Config,
    secret: SigningSecret,
    jwt: JwtService,
    private readonly metrics: MetricsService,
    @Inject(DatabaseTokens) private readonly database: Pick<DatabaseTokens, 'verify'>,
    private readonly revocations: Revocations,
    @Inject(RECORDS_NEEDED) private readonly recordsNeeded: boolean,
  ) {
    const { jwtPublicKey, jwtJwksUrl, limitTokensWaiting, limitTokenBytes } = config;
    const remote = jwtJwksUrl ? new RemoteKeys(jwtJwksUrl, { waiting: limitTokensWaiting }) : undefined;
    this.keys = [
      ...(secret.key ? [new SecretKey(jwt)] : []),
      ...(jwtPublicKey ? [new PublicKey(jwtPublicKey)] : []),
      ...(remote ? [remote] : []),
    ];
    this.keyless = secret.madeForRun;
    this.rules = rulesOf(config);
    this.verified = new VerifiedTokens(limitTokenBytes);
    metrics.tokenBytes.readFrom(() => this.verified.bytes);
    metrics.tokensWaiting.readFrom(() => remote?.waiting ?? 0);
  }

  /**
   * The same principal, to the object, while the token is remembered. Those that SurrealDB verifies are not.
   *
   * @param address of whoever shows it
   * @throws AuthenticationError with a message that is safe to tell
   * @throws KeysUnavailableError (one of them) where the same token may be right a little later
   */
  async verify(token: string, address = ''): Promise<Principal> {
    try {
      // Before it is hashed: a token can be as long as a frame.
      const algorithm = this.headers.algorithmOf(token);
      return this.remembered(token) ?? (await this.verifyAnew(token, algorithm, address));
    } catch (error) {
      this.metrics.tokenChecks.inc('refused');
      throw error;
    }
  }

  /** At once whom a token speaks for that is remembered; `undefined` where `verify` has to tell, and why not. */
  recall(token: string): Principal | undefined {
    try {
      return this.remembered(token);
    } catch {
      return undefined;
    }
  }

  private remembered(token: string): Principal | undefined {
    const principal = this.verified.get(token);
    if (!principal) return undefined;
    checkTimes(principal.claims, Date.now() / 1000);
    this.revocations.check(principal);
    this.metrics.tokenChecks.inc('remembered');
    return principal;
  }

  private async verifyAnew(token: string, algorithm: string, address: string): Promise<Principal> {
    const principal =
      (await this.verifyByDatabase(token, algorithm, address)) ?? (await this.verifyByKey(token, algorithm));
    this.metrics.tokenChecks.inc('verified');
    this.revocations.check(principal);
    return principal;
  }

  /** `undefined`: it is none of SurrealDB's, or a key is there for it. */
  private async verifyByDatabase(token: string, algorithm: string, address: string): Promise<Principal | undefined> {
    // Where rights are those of a record, only the database can tell whose they are.
    const isForKey = !this.keyless && !this.recordsNeeded && this.keys.some((keys) => keys.accepts(algorithm));
    if (isForKey) return undefined;
    const claims = unverifiedClaims(token);
    if (!isSurrealToken(claims)) return undefined;
    checkSurrealToken(claims, this.rules.surreal);
    return this.database.verify(token, claims, address);
  }

  private async verifyByKey(token: string, algorithm: string): Promise<Principal> {
    const { claims, ...verification } = await this.verifySignature(token, algorithm);
    const principal = principalFrom(claims, this.rules, Date.now() / 1000);
    this.verified.add(token, principal, verification);
    return principal;
  }

  private async verifySignature(token: string, algorithm: string): Promise<Verification & { readonly claims: Claims }> {
    let refusal: AuthenticationError | undefined;
    for (const keys of this.keys) {
      if (!keys.accepts(algorithm)) continue;
      const { generation } = keys;
      try {
        return { claims: await keys.verify(token), keys, generation };
      } catch (error) {
        if (!(error instanceof AuthenticationError)) throw error;
        refusal = error;
      }
    }
    throw refusal ?? new AuthenticationError('the algorithm of the token is not accepted here');
  }
}

function rulesOf(config: Config): ClaimRules {
  return {
    principalClaim: config.jwtPrincipalClaim,
    issuer: config.jwtIssuer,
    audience: config.jwtAudience,
    rolesClaim: config.jwtRolesClaim,
    requireExpiry: config.requireExp,
    surreal: {
      namespace: config.surrealNamespace,
      database: config.surrealDatabase,
      accesses: config.jwtAccess.split(',').flatMap((name) => name.trim() || []),
    },
  };
}
