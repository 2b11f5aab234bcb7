import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { DatabaseUnavailable } from '../../surreal/connection/database-unavailable.js';
import { Questions } from '../../surreal/connection/questions.js';
import { TokenRefused, type SignedIn } from '../../surreal/sign-in/signed-in.js';
import { SignIns } from '../../surreal/sign-in/sign-ins.js';
import { recordIdText } from '../../values/record-id-text.js';
import { addressBlock } from '../addresses/address-block.js';
import { WrongKeys } from '../addresses/wrong-keys.js';
import { AuthenticationError, KeysUnavailableError } from './authentication-error.js';
import type { Claims } from './claims.js';
import { checkTimes, rolesOf } from './principal-from.js';
import { SERVICE_ROLE, type Principal, type RecordUser } from './principal.js';

/**
 * Tokens that SurrealDB issued, or lets in by its `DEFINE ACCESS`, and that only it can verify. Each is asked for anew: an access
 * can be redefined, and a record deleted.
 */
@Injectable()
export class DatabaseTokens {
  private readonly wrong: WrongKeys;

  constructor(
    private readonly config: Config,
    private readonly signIns: SignIns,
    private readonly questions: Questions,
  ) {
    this.wrong = new WrongKeys(config.limitWrongKeys);
  }

  /**
   * @param claims what the token says, unverified
   * @param address who showed it: who shows many wrong ones is slowed
   * @throws AuthenticationError; KeysUnavailableError (one of them) where the same token may be right a little later
   */
  async verify(token: string, claims: Claims, address: string): Promise<Principal> {
    const expires = checkTimes(claims, Date.now() / 1_000);
    if (expires === undefined && this.config.requireExp) throw new AuthenticationError('the token has to have an exp');
    if (!this.wrong.mayTry(address)) throw new KeysUnavailableError('too many wrong tokens came from this address');
    try {
      const principal = await this.principalOf(token, claims, address, expires);
      this.wrong.right(address);
      return principal;
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw new KeysUnavailableError('the database does not answer');
      if (!(error instanceof TokenRefused)) throw error;
      this.wrong.begin(address);
      throw new AuthenticationError('the database does not let the token in');
    }
  }

  private async principalOf(
    token: string,
    claims: Claims,
    address: string,
    expires: number | undefined,
  ): Promise<Principal> {
    const who = await this.signIns.signIn(token, claims, addressBlock(address));
    this.checkPlace(who);
    const { auth, access } = who;
    const ends = earliest(expires, who.session.exp);
    if (!auth) return this.systemUser(claims, access, ends);
    const record: RecordUser = Object.freeze({ auth, access, token: who.token, session: who.session });
    const id = recordIdText(auth);
    if (!(await this.questions.existing([auth])).has(id)) {
      throw new AuthenticationError('the record of the principal does not exist');
    }
    return Object.freeze({
      id,
      // Whoever signs tokens of an access speaks for users, and for no server of the application.
      roles: Object.freeze(rolesOf(claims, this.config.jwtRolesClaim).filter((role) => role !== SERVICE_ROLE)),
      claims: Object.freeze(claims),
      ...(ends !== undefined && { expires: ends }),
      record,
    });
  }

  /** The same names can be those of several databases, of one server or of others. */
  private checkPlace({ session: { ns, db } }: SignedIn): void {
    const { surrealNamespace, surrealDatabase } = this.config;
    if (ns === surrealNamespace && db === surrealDatabase) return;
    throw new AuthenticationError('the token is for another namespace or database');
  }

  /** No record has an id that begins like this one's. */
  private systemUser(claims: Claims, access: string | undefined, ends: number | undefined): Principal {
    const { ID: name = access } = claims;
    if (this.config.surrealSystemUsers === 'refused' || typeof name !== 'string') {
      throw new AuthenticationError('tokens of system users are not let in');
    }
    return Object.freeze({
      id: `@${name}`,
      roles: Object.freeze([SERVICE_ROLE]),
      claims: Object.freeze(claims),
      ...(ends !== undefined && { expires: ends }),
    });
  }
}

/** SurrealDB ends the session of a token by a time of its own. */
function earliest(expires: number | undefined, sessionEnds: unknown): number | undefined {
  if (typeof sessionEnds !== 'number') return expires;
  return expires === undefined ? sessionEnds : Math.min(expires, sessionEnds);
}
