import { IsInt, Max, Min } from 'class-validator';
import { MIB } from './mib.js';
import { Setting } from '../setting.js';

/** How many tokens and keys may be shown, verified, kept and revoked. */
export class AuthenticationLimits {
  @Setting('LIMIT_AUTH_PER_SECOND', 'Tokens that one connection may show, a second.')
  @IsInt()
  @Min(1)
  limitAuthPerSecond = 1;

  @Setting('LIMIT_AUTH_BURST', 'Tokens that one connection may show at once.')
  @IsInt()
  @Min(1)
  limitAuthBurst = 5;

  @Setting('LIMIT_WRONG_KEYS', 'Wrong keys of one client address at once; then one a second is looked at.')
  @IsInt()
  @Min(1)
  limitWrongKeys = 10;

  @Setting(
    'LIMIT_TOKENS_WAITING',
    'Tokens that may wait for the keys of `JWT_JWKS_URL`, or for the database, at a time.',
  )
  @IsInt()
  @Min(1)
  limitTokensWaiting = 1_000;

  @Setting('LIMIT_SIGN_INS_PER_SECOND', 'Tokens that the database is asked to verify, a second.')
  @IsInt()
  @Min(1)
  limitSignInsPerSecond = 500;

  @Setting(
    'LIMIT_SIGN_IN_SESSIONS',
    'Sessions over which the database is asked to verify tokens, one at a time in each.',
  )
  @IsInt()
  @Min(1)
  @Max(64)
  limitSignInSessions = 4;

  @Setting('LIMIT_TOKEN_BYTES', 'Bytes kept of verified tokens, so that one that comes again is not verified again.')
  @IsInt()
  @Min(0)
  limitTokenBytes = 16 * MIB;

  @Setting('LIMIT_REVOCATIONS', 'Revocations of tokens that may be kept at a time.')
  @IsInt()
  @Min(1)
  limitRevocations = 100_000;
}
