/** A token that is refused. The message is safe to tell whoever sent it, and short enough for a close reason. */
export class AuthenticationError extends Error {
  override readonly name: string = 'AuthenticationError';
}

/** Everything else about the token is right: a fresh one will do. */
export class ExpiredTokenError extends AuthenticationError {
  override readonly name = 'ExpiredTokenError';

  constructor() {
    super('the token has expired');
  }
}

/** The token was right until it was revoked. */
export class RevokedTokenError extends AuthenticationError {
  override readonly name = 'RevokedTokenError';

  constructor() {
    super('the token was revoked');
  }
}

/** The token could not be checked now: the same one may be right a little later. */
export class KeysUnavailableError extends AuthenticationError {
  override readonly name = 'KeysUnavailableError';

  constructor(message = 'the keys that tokens are checked with are not available') {
    super(message);
  }
}
