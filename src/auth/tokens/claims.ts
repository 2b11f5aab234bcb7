import { AuthenticationError } from './authentication-error.js';

/**
 * Levels of objects and arrays in claims, their own one among them. A token has room for more than a stack holds of all that goes
 * through claims.
 */
const MOST_LEVELS = 64;

/** What a verified token says. */
export type Claims = Readonly<Record<string, unknown>>;

/** @throws AuthenticationError for a payload that is no JSON object */
export function parseClaims(payload: Uint8Array): Claims {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw new AuthenticationError('the token is malformed');
  }
  return asClaims(claims);
}

/** @throws AuthenticationError for what is no object, or goes deeper than claims may */
export function asClaims(payload: unknown): Claims {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new AuthenticationError('the token is malformed');
  }
  if (isDeeper(payload, MOST_LEVELS)) {
    throw new AuthenticationError(`its claims are nested more than ${MOST_LEVELS} levels deep`);
  }
  return payload as Claims;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}

/** Issuers name claims like `https://example.com/rooms`: a claim of the whole name comes before a path into objects. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = Reflect.get(value, name);
  }
  return value;
}
