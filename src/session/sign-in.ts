import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { PolicyService } from '../auth/policy/policy.service.js';
import type { Principal } from '../auth/tokens/principal.js';
import { AuthenticationError, KeysUnavailableError, RevokedTokenError } from '../auth/tokens/authentication-error.js';
import { Revocations } from '../auth/tokens/revocations.js';
import { TokenVerifier } from '../auth/tokens/token-verifier.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RightsWatch } from './rights-watch.js';
import { RefusedToken } from './refused-token.js';
import { SessionRegistry } from './session-registry.js';
import type { Session } from './session.js';

/** Has sessions speak for principals: as long as their tokens are valid, and within the rights that these give. */
@Injectable()
export class SignIn {
  constructor(
    private readonly config: Config,
    private readonly verifier: TokenVerifier,
    private readonly revocations: Revocations,
    private readonly policy: PolicyService,
    private readonly registry: SessionRegistry,
    private readonly watch: RightsWatch,
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
  ) {}

  /** Whom a token speaks for, if that needn't be waited for; else `verify` tells. */
  recall(token: string): Principal | undefined {
    return this.verifier.recall(token);
  }

  /** @throws RefusedToken, CommandError UNAVAILABLE */
  async verify({ id, address }: Session, token: string): Promise<Principal> {
    try {
      return await this.verifier.verify(token, address);
    } catch (error) {
      if (!(error instanceof AuthenticationError)) throw error;
      this.metrics.authFailures.inc();
      this.audit.record({ event: 'sign_in_refused', connection: id, address, reason: error.message });
      if (!(error instanceof KeysUnavailableError)) throw new RefusedToken(error);
      throw new CommandError('UNAVAILABLE', `Not authenticated: ${error.message}.`);
    }
  }

  /**
   * The session, which had no principal, speaks for this one. @returns false when it has too many, or its token was revoked since it
   * was verified, and it is closed.
   */
  begin(session: Session, principal: Principal): boolean {
    // Its client can have gone while the token was verified.
    if (session.closed) return false;
    if (this.revoked(principal)) {
      session.close(CLOSE_CODES.FORBIDDEN, 'the token was revoked');
      return false;
    }
    const limit = this.config.limitConnectionsPerPrincipal;
    if (limit > 0 && this.registry.sizeOfPrincipal(principal.id) >= limit) {
      session.close(CLOSE_CODES.OVERLOADED, 'too many connections of this principal');
      return false;
    }
    this.registry.identified(session, principal.id);
    this.identify(session, principal);
    return !session.closed;
  }

  /**
   * The session speaks for its principal with a newer token.
   * @throws CommandError UNAUTHENTICATED for another principal's; UNAVAILABLE
   */
  async renew(session: Session, principal: Principal): Promise<void> {
    if (principal.id !== session.principal?.id) {
      throw new CommandError('UNAUTHENTICATED', 'The token is of another principal: open another connection for it.');
    }
    await this.watch.renew(session, principal, () => {
      if (session.closed) return;
      if (this.revoked(principal)) throw new RefusedToken(new RevokedTokenError());
      this.identify(session, principal);
    });
  }

  private revoked(principal: Principal): boolean {
    try {
      this.revocations.check(principal);
      return false;
    } catch (error) {
      if (error instanceof AuthenticationError) return true;
      throw error;
    }
  }

  /** Subscriptions that the rights no longer cover end before anything is said about the new principal. */
  private identify(session: Session, principal: Principal): void {
    const before = session.principal;
    session.identify(principal);
    // As more is held for it than may be.
    if (session.closed) return;
    expireAt(session, principal.expires);
    // What the database's permissions give by the newer token isn't told by claims.
    if (before && !principal.record && this.policy.sameRights(before, principal)) return;
    const { id, subscriptions } = session;
    const held = subscriptions.size;
    this.watch.reauthorize(session);
    const subscriptionsEnded = held - subscriptions.size;
    if (before)
      this.audit.record({ event: 'rights_changed', connection: id, principal: principal.id, subscriptionsEnded });
  }
}

function expireAt(session: Session, expires: number | undefined): void {
  if (expires === undefined) session.alarm.clear();
  else session.alarm.set(expires * 1000, () => session.close(CLOSE_CODES.TOKEN_EXPIRED, 'the token expired'));
}
