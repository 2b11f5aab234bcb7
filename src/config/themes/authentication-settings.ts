import { IsBoolean, IsIn, IsString } from 'class-validator';
import { Setting } from '../setting.js';

/** Which tokens and keys are valid, and whom they name. */
export class AuthenticationSettings {
  @Setting(
    'JWT_SECRET',
    'Secret of HS256, HS384 and HS512 tokens. Empty outside production, without another key: made for the run.',
  )
  @IsString()
  jwtSecret = '';

  @Setting('JWT_PUBLIC_KEY', 'Public key (PEM) of RS, PS, ES or EdDSA tokens.')
  @IsString()
  jwtPublicKey = '';

  @Setting('JWT_JWKS_URL', 'Where the public keys of tokens are fetched.')
  @IsString()
  jwtJwksUrl = '';

  @Setting('JWT_ISSUER', 'Required `iss` of tokens. Empty: any.')
  @IsString()
  jwtIssuer = '';

  @Setting('JWT_AUDIENCE', 'Required `aud` of tokens. Empty: any.')
  @IsString()
  jwtAudience = '';

  @Setting('JWT_PRINCIPAL_CLAIM', 'Claim that names the principal; `ID` for record tokens of SurrealDB.')
  @IsString()
  jwtPrincipalClaim = 'sub';

  @Setting(
    'JWT_ROLES_CLAIM',
    'Claim of the roles, or a path such as `realm_access.roles`; a single text is one role. Empty: `roles`, as an array.',
  )
  @IsString()
  jwtRolesClaim = '';

  @Setting('JWT_ACCESS', 'Comma-separated access methods whose tokens of SurrealDB are let in. Empty: any.')
  @IsString()
  jwtAccess = '';

  @Setting(
    'SURREAL_SYSTEM_USERS',
    'What the token of a system user of the database makes its bearer: `refused`, or `service`, a server of the application.',
  )
  @IsIn(['refused', 'service'])
  surrealSystemUsers: 'refused' | 'service' = 'refused';

  @Setting('REQUIRE_EXP', 'Refuse tokens that never expire.')
  @IsBoolean()
  requireExp = false;

  @Setting('API_KEY', 'Key of the server API. Empty: no key is right.')
  @IsString()
  apiKey = '';

  @Setting('METRICS_KEY', 'Key of `/metrics`. Empty: `/metrics` needs no key.')
  @IsString()
  metricsKey = '';
}
