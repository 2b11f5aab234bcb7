import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Config } from '../config/config.js';
import { AuthenticationError } from './authentication-error.js';
import { principalFrom, type Claims } from './claims.js';
import type { Principal } from './principal.js';
import { PublicKey } from './public-key.js';
import { RemoteKeys } from './remote-keys.js';
import { SecretKey } from './secret-key.js';
import { SigningSecret } from './signing-secret.js';
import { TokenHeaders } from './token-headers.js';
import type { TokenKeys } from './token-keys.js';

/** Tells whom a token speaks for. Every configured kind of key is usable at once; the token's `alg` chooses among them. */
@Injectable()
export class TokenVerifier {
  private readonly keys: readonly TokenKeys[];
  private readonly headers = new TokenHeaders();

  /** @throws ConfigError for a key that can't be one */
  constructor(
    private readonly config: Config,
    secret: SigningSecret,
    jwt: JwtService,
  ) {
    this.keys = [
      ...(secret.key ? [new SecretKey(jwt)] : []),
      ...(config.jwtPublicKey ? [new PublicKey(config.jwtPublicKey)] : []),
      ...(config.jwtJwksUrl ? [new RemoteKeys(config.jwtJwksUrl)] : []),
    ];
  }

  /**
   * @throws AuthenticationError with a message that is safe to tell
   * @throws KeysUnavailableError (one of them) where the same token may be right a little later
   */
  async verify(token: string): Promise<Principal> {
    const { jwtPrincipalClaim, jwtIssuer, jwtAudience } = this.config;
    const rules = { principalClaim: jwtPrincipalClaim, issuer: jwtIssuer, audience: jwtAudience };
    return principalFrom(await this.verifySignature(token), rules, Date.now() / 1000);
  }

  private async verifySignature(token: string): Promise<Claims> {
    const algorithm = this.headers.algorithmOf(token);
    let refusal: AuthenticationError | undefined;
    for (const keys of this.keys) {
      if (!keys.accepts(algorithm)) continue;
      try {
        return await keys.verify(token);
      } catch (error) {
        if (!(error instanceof AuthenticationError)) throw error;
        refusal = error;
      }
    }
    throw refusal ?? new AuthenticationError('the algorithm of the token is not accepted here');
  }
}
