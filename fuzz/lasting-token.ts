import { tokenOf } from '../test/support/tokens.js';

/** Seconds: longer than any run. */
const LIFETIME = 7 * 24 * 3_600;

export function lastingToken(sub: string, claims: Readonly<Record<string, unknown>> = {}): string {
  return tokenOf(sub, { exp: Math.floor(Date.now() / 1_000) + LIFETIME, ...claims });
}
