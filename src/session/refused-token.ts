import { CLOSE_CODES, type CloseCode } from '@edge-hive/protocol';
import { ExpiredTokenError, RevokedTokenError, type AuthenticationError } from '../auth/tokens/authentication-error.js';
import { CommandError } from '../errors/command-error.js';

/** A token that is refused for good. A connection that has shown no other one is closed. */
export class RefusedToken extends CommandError {
  /** Whether a fresh token of the same kind will do, another one, or none. */
  readonly closeCode: CloseCode;

  constructor(cause: AuthenticationError) {
    super('UNAUTHENTICATED', `Not authenticated: ${cause.message}.`);
    this.closeCode = closeCodeOf(cause);
  }
}

function closeCodeOf(cause: AuthenticationError): CloseCode {
  if (cause instanceof ExpiredTokenError) return CLOSE_CODES.TOKEN_EXPIRED;
  return cause instanceof RevokedTokenError ? CLOSE_CODES.FORBIDDEN : CLOSE_CODES.UNAUTHENTICATED;
}
