import type { JwtService } from '@nestjs/jwt';
import { AuthenticationError } from './authentication-error.js';
import { asClaims, type Claims } from './claims.js';
import { SECRET_ALGORITHMS, type TokenKeys } from './token-keys.js';

/** A shared secret: HS256, HS384 and HS512. */
export class SecretKey implements TokenKeys {
  readonly generation = 0;
  /** @param jwt holds the secret as a key object: text that happens to be a PEM is never read as a public key. */
  constructor(private readonly jwt: JwtService) {}

  accepts(algorithm: string): boolean {
    return SECRET_ALGORITHMS.some((accepted) => accepted === algorithm);
  }

  async verify(token: string): Promise<Claims> {
    // Times are checked with every other claim, the same way for all kinds of keys.
    const options = { algorithms: [...SECRET_ALGORITHMS], ignoreExpiration: true, ignoreNotBefore: true };
    let claims: unknown;
    try {
      claims = await this.jwt.verifyAsync<object>(token, options);
    } catch {
      throw new AuthenticationError('the signature is wrong');
    }
    return asClaims(claims);
  }
}
