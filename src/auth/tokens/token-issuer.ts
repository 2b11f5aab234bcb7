import { Injectable } from '@nestjs/common';
import { JwtService, type JwtSignOptions } from '@nestjs/jwt';
import { Config } from '../../config/config.js';

export interface TokenRequest {
  /** Id of the principal. */
  readonly principal: string;
  readonly roles?: readonly string[];
  /** What else the token says. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Seconds, or a text such as `1h` or `7d`. */
  readonly expiresIn: NonNullable<JwtSignOptions['expiresIn']>;
}

/** Signs tokens that this service lets in: what a new user, the page and the tests begin with. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly config: Config,
    private readonly jwt: JwtService,
  ) {}

  issue({ principal, roles = [], claims = {}, expiresIn }: TokenRequest): string {
    const { jwtPrincipalClaim, jwtRolesClaim, jwtIssuer, jwtAudience } = this.config;
    return this.jwt.sign(
      { ...claims, [jwtPrincipalClaim]: principal, [jwtRolesClaim || 'roles']: roles },
      {
        expiresIn,
        ...(jwtIssuer === '' ? {} : { issuer: jwtIssuer }),
        ...(jwtAudience === '' ? {} : { audience: jwtAudience }),
      },
    );
  }
}
