import { AuthenticationError } from './authentication-error.js';

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

/** @throws AuthenticationError for what is no object */
export function asClaims(payload: unknown): Claims {
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload as Claims;
  throw new AuthenticationError('the token is malformed');
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
