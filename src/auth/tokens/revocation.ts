import type { Principal } from './principal.js';

interface Kept {
  /** Unix time in seconds at which the last of these tokens expires: then it needn't be known any more. Absent: it may be for good. */
  readonly until?: number;
}

interface RevokedToken extends Kept {
  readonly jti: string;
}

/** Tokens of a principal that were issued before a Unix time in seconds. */
export interface RevokedPrincipal extends Kept {
  readonly principal: string;
  readonly before: number;
}

/** Tokens that don't count any more, though they haven't expired. */
export type Revocation = RevokedToken | RevokedPrincipal;

/** Names the tokens, and tells nothing of `until`: the same tokens have the same text. */
export function revocationText(revocation: Revocation): string {
  return JSON.stringify(
    'jti' in revocation ? { jti: revocation.jti } : { principal: revocation.principal, before: revocation.before },
  );
}

/** Reads what `revocationText` wrote. @returns undefined for what is none */
export function parseRevocation(text: string, until: number): Revocation | undefined {
  const kept = Number.isFinite(until) ? { until } : {};
  try {
    const { jti, principal, before } = JSON.parse(text) as Record<string, unknown>;
    if (typeof jti === 'string') return { jti, ...kept };
    if (typeof principal === 'string' && typeof before === 'number') return { principal, before, ...kept };
    return undefined;
  } catch {
    return undefined;
  }
}

/** Whether it is the principal's token that is revoked. One that doesn't say when it was issued was issued before any time. */
export function revokes(revocation: Revocation, { id, claims }: Principal): boolean {
  if ('jti' in revocation) return claims.jti === revocation.jti;
  return id === revocation.principal && issuedBefore(claims.iat, revocation.before);
}

export function issuedBefore(issued: unknown, time: number): boolean {
  return typeof issued !== 'number' || !Number.isFinite(issued) || issued < time;
}
