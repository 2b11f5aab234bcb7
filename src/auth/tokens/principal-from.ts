import { isWellFormed } from '../../values/well-formed.js';
import { AuthenticationError, ExpiredTokenError } from './authentication-error.js';
import { claimAt, type Claims } from './claims.js';
import { principalIdOf, type Principal } from './principal.js';
import { checkSurrealToken, type SurrealScope } from './surreal-token.js';

/** What is asked of claims besides a right signature. */
export interface ClaimRules {
  /** Claim that names the principal. */
  readonly principalClaim: string;
  /** Required `iss`; empty: any. */
  readonly issuer: string;
  /** Required `aud`, or one of them; empty: any. */
  readonly audience: string;
  /** Claim of the roles, or a path to it; empty: `roles`, and only as an array. */
  readonly rolesClaim: string;
  readonly requireExpiry: boolean;
  readonly surreal: SurrealScope;
}

/** Characters of a principal's id. */
const PRINCIPAL_ID_LENGTH = 256;

/** Seconds that an issuer's clock may be ahead. None for `exp`: nobody is let in longer than the issuer said. */
const NOT_BEFORE_LEEWAY = 5;

/**
 * The principal that verified claims name.
 *
 * @param now Unix time in seconds
 * @throws AuthenticationError
 * @throws ExpiredTokenError (one of them) where nothing else is wrong
 */
export function principalFrom(claims: Claims, rules: ClaimRules, now: number): Principal {
  if (rules.issuer !== '' && claims.iss !== rules.issuer) {
    throw new AuthenticationError('the token is from another issuer');
  }
  if (rules.audience !== '' && !isMeantFor(claims.aud, rules.audience)) {
    throw new AuthenticationError('the token is for another audience');
  }
  checkSurrealToken(claims, rules.surreal);
  const id = principalId(claims, rules.principalClaim);
  const expires = checkTimes(claims, now);
  if (expires === undefined && rules.requireExpiry) throw new AuthenticationError('the token has to have an exp');
  return Object.freeze({
    id,
    roles: Object.freeze(rolesOf(claims, rules.rolesClaim)),
    claims: Object.freeze(claims),
    ...(expires === undefined ? {} : { expires }),
  });
}

/**
 * When the claims expire, if ever.
 *
 * @param now Unix time in seconds
 * @throws AuthenticationError where they hold no more (ExpiredTokenError), or not yet
 */
export function checkTimes(claims: Claims, now: number): number | undefined {
  const notBefore = dateClaim(claims, 'nbf');
  if (notBefore !== undefined && notBefore > now + NOT_BEFORE_LEEWAY) {
    throw new AuthenticationError('the token is not valid yet');
  }
  const expires = dateClaim(claims, 'exp');
  if (expires !== undefined && expires <= now) throw new ExpiredTokenError();
  return expires;
}

function dateClaim(claims: Claims, name: 'exp' | 'nbf'): number | undefined {
  const value = claims[name];
  if (value === undefined) return undefined;
  // JSON can say 1e999, which is read as Infinity.
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new AuthenticationError(`${name} has to be a number`);
  return value;
}

function isMeantFor(audience: unknown, expected: string): boolean {
  return Array.isArray(audience) ? audience.includes(expected) : audience === expected;
}

function principalId(claims: Claims, claim: string): string {
  const id = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (typeof id !== 'string' || id === '' || id.length > PRINCIPAL_ID_LENGTH || !isWellFormed(id)) {
    throw new AuthenticationError(`${claim} has to be a text of 1 to ${PRINCIPAL_ID_LENGTH} characters`);
  }
  return principalIdOf(id);
}

/** The roles that claims give. */
export function rolesOf(claims: Claims, claim: string): readonly string[] {
  const roles = claim === '' ? (Object.hasOwn(claims, 'roles') ? claims.roles : undefined) : claimAt(claims, claim);
  if (claim !== '' && typeof roles === 'string' && roles !== '') return [roles];
  const isTextArray = Array.isArray(roles) && roles.every((role): role is string => typeof role === 'string');
  return isTextArray ? [...roles] : [];
}
