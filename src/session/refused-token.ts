import { CLOSE_CODES } from '@edge-hive/protocol';
import { ExpiredTokenError, type AuthenticationError } from '../auth/tokens/authentication-error.js';
import { CommandError } from '../errors/command-error.js';

/** A token that is refused for good. A connection that has shown no other one is closed. */
export class RefusedToken extends CommandError {
  /** Whether a fresh token of the same kind will do. */
  readonly closeCode: typeof CLOSE_CODES.TOKEN_EXPIRED | typeof CLOSE_CODES.UNAUTHENTICATED;

  constructor(cause: AuthenticationError) {
    super('UNAUTHENTICATED', `Not authenticated: ${cause.message}.`);
    this.closeCode = cause instanceof ExpiredTokenError ? CLOSE_CODES.TOKEN_EXPIRED : CLOSE_CODES.UNAUTHENTICATED;
  }
}
