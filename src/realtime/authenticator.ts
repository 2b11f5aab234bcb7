import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { AuthenticationError, KeysUnavailableError } from '../auth/tokens/authentication-error.js';
import { PolicyService } from '../auth/policy/policy.service.js';
import type { Principal } from '../auth/principal.js';
import { TokenVerifier } from '../auth/tokens/token-verifier.js';
import { ChannelsService } from '../channels/channels.service.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { LiveQueryService } from '../subscriptions/live-query.service.js';
import type { Connection } from './connection.js';
import { ConnectionRegistry } from './connection-registry.js';
import { LimitedLog } from '../errors/limited-log.js';
import { RefusedToken } from './refused-token.js';
import { principalInfo, welcomeFrame } from './welcome.js';

/** Who connections speak for: from the handshake or an `auth` command, renewed, until it expires. */
@Injectable()
export class Authenticator {
  private readonly log = new LimitedLog(Authenticator.name);

  constructor(
    private readonly config: Config,
    private readonly verifier: TokenVerifier,
    private readonly policy: PolicyService,
    private readonly registry: ConnectionRegistry,
    private readonly liveQueries: LiveQueryService,
    private readonly channels: ChannelsService,
    private readonly metrics: MetricsService,
    private readonly audit: AuditLog,
  ) {}

  /** Gives a new connection its time to authenticate. With a token, commands wait until it is verified. */
  begin(connection: Connection, token: string | undefined): void {
    connection.alarm.set(Date.now() + this.config.authTimeoutMs, () => this.expectAuthenticated(connection));
    if (token !== undefined) connection.hold(this.greet(connection, token));
  }

  /**
   * Serves `auth`: the first one authenticates, later ones renew. A first one that fails ends the connection, a renewal that
   * fails changes nothing.
   * @throws CommandError UNAUTHENTICATED, UNAVAILABLE, RATE_LIMITED
   */
  async authenticate(connection: Connection, token: string, id: string | undefined): Promise<void> {
    if (!connection.mayAuthenticate()) {
      const { limitAuthPerSecond } = this.config;
      throw new CommandError('RATE_LIMITED', `token: show ${limitAuthPerSecond} a second at most.`);
    }
    try {
      const principal = await this.verify(connection, token);
      if (connection.closed) return;
      if (connection.principal) this.renew(connection, principal, id);
      else this.welcome(connection, principal);
    } catch (error) {
      if (connection.principal || !(error instanceof RefusedToken)) throw error;
      connection.refuse(error, id);
      connection.close(error.closeCode, error.message);
    }
  }

  private async greet(connection: Connection, token: string): Promise<void> {
    try {
      const principal = await this.verify(connection, token);
      if (!connection.closed) this.welcome(connection, principal);
    } catch (error) {
      if (error instanceof RefusedToken) return connection.close(error.closeCode, error.message);
      this.log.error('A token could not be verified.', error);
      connection.close(CLOSE_CODES.OVERLOADED, 'tokens can not be verified now');
    }
  }

  private async verify({ id, address }: Connection, token: string): Promise<Principal> {
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

  private welcome(connection: Connection, principal: Principal): void {
    const limit = this.config.limitConnectionsPerPrincipal;
    if (limit > 0 && this.registry.sizeOfPrincipal(principal.id) >= limit) {
      connection.close(CLOSE_CODES.OVERLOADED, 'too many connections of this principal');
      return;
    }
    this.registry.identified(connection, principal.id);
    this.identify(connection, principal);
    connection.reply(welcomeFrame(connection.id, principal, this.config));
  }

  private renew(connection: Connection, principal: Principal, id: string | undefined): void {
    if (principal.id !== connection.principal?.id) {
      throw new CommandError('UNAUTHENTICATED', 'The token is of another principal: open another connection for it.');
    }
    this.identify(connection, principal);
    connection.reply({ type: 'authenticated', ...(id !== undefined && { id }), principal: principalInfo(principal) });
  }

  /** Subscriptions that the rights no longer cover end before anything is said about the new principal. */
  private identify(connection: Connection, principal: Principal): void {
    const before = connection.principal;
    connection.identify(principal);
    this.expireAt(connection, principal.expires);
    if (before && this.policy.sameRights(before, principal)) return;
    const { caller, id, subscriptions } = connection;
    const held = subscriptions.size;
    this.liveQueries.reauthorize(connection, (topic) => this.policy.topicRights(caller, topic));
    this.channels.reauthorize(connection, (channel) => this.policy.mayUseChannel(caller, channel, 'subscribe'));
    const subscriptionsEnded = held - subscriptions.size;
    if (before)
      this.audit.record({ event: 'rights_changed', connection: id, principal: principal.id, subscriptionsEnded });
  }

  private expireAt(connection: Connection, expires: number | undefined): void {
    if (expires === undefined) connection.alarm.clear();
    else connection.alarm.set(expires * 1000, () => connection.close(CLOSE_CODES.TOKEN_EXPIRED, 'the token expired'));
  }

  private expectAuthenticated(connection: Connection): void {
    if (connection.principal || connection.subscriptions.size > 0) return;
    connection.close(CLOSE_CODES.UNAUTHENTICATED, 'no token came in time');
  }
}
