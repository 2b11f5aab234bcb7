import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/tokens/principal.js';
import { IsoClock } from '../channels/iso-clock.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { LimitedLog } from '../errors/limited-log.js';
import { RefusedToken } from '../session/refused-token.js';
import type { Session } from '../session/session.js';
import { SignIn } from '../session/sign-in.js';
import { principalInfo, termsOf, welcomeFrame, type Terms } from './welcome.js';

/** Who sessions speak for: from the handshake or an `auth` command, renewed, until it expires. */
@Injectable()
export class Authenticator {
  private readonly log = new LimitedLog(Authenticator.name);

  private readonly clock = new IsoClock();
  private readonly terms: Terms;

  constructor(
    private readonly config: Config,
    private readonly signIn: SignIn,
  ) {
    this.terms = termsOf(config);
  }

  /** Gives a new session its time to authenticate. With a token that has to be verified, commands wait until it is. */
  begin(session: Session, token: string | undefined): void {
    const known = token === undefined ? undefined : this.signIn.recall(token);
    if (known) return this.welcome(session, known);
    session.alarm.set(Date.now() + this.config.authTimeoutMs, () => expectAuthenticated(session));
    if (token !== undefined) session.inbox.hold(this.greet(session, token));
  }

  /**
   * Serves `auth`: the first one authenticates, later ones renew. A first one that fails ends the session, a renewal that
   * fails changes nothing.
   * @throws CommandError UNAUTHENTICATED, UNAVAILABLE, RATE_LIMITED
   */
  async authenticate(session: Session, token: string, id: string | undefined): Promise<void> {
    if (!session.inbox.mayAuthenticate()) {
      const { limitAuthPerSecond } = this.config;
      throw new CommandError('RATE_LIMITED', `token: show ${limitAuthPerSecond} a second at most.`);
    }
    try {
      const principal = await this.signIn.verify(session, token);
      if (session.closed) return;
      if (session.principal) await this.renew(session, principal, id);
      else this.welcome(session, principal);
    } catch (error) {
      if (session.principal || !(error instanceof RefusedToken)) throw error;
      session.refuse(error, id);
      session.close(error.closeCode, error.message);
    }
  }

  private async greet(session: Session, token: string): Promise<void> {
    try {
      this.welcome(session, await this.signIn.verify(session, token));
    } catch (error) {
      if (error instanceof RefusedToken) return session.close(error.closeCode, error.message);
      // Keys or a database that do not answer now, or one client's many wrong tokens: no fault of the service's own.
      if (error instanceof CommandError) this.log.warn(`A token could not be verified. ${error.message}`);
      else this.log.error('A token could not be verified.', error);
      session.close(CLOSE_CODES.OVERLOADED, 'tokens can not be verified now');
    }
  }

  private welcome(session: Session, principal: Principal): void {
    if (!this.signIn.begin(session, principal)) return;
    session.reply(welcomeFrame(session.id, principal, this.clock.now(), this.terms));
  }

  private async renew(session: Session, principal: Principal, id: string | undefined): Promise<void> {
    await this.signIn.renew(session, principal);
    session.reply({ type: 'authenticated', ...(id !== undefined && { id }), principal: principalInfo(principal) });
  }
}

function expectAuthenticated(session: Session): void {
  if (session.principal || session.subscriptions.size > 0) return;
  session.close(CLOSE_CODES.UNAUTHENTICATED, 'no token came in time');
}
