import type { Claims } from './claims.js';

/** Keys that tell whether a token's signature is right. The type of a key, never the token, says what it verifies. */
export interface TokenKeys {
  /** Whether tokens of this `alg` can be verified with these keys. */
  accepts(algorithm: string): boolean;
  /** @throws AuthenticationError */
  verify(token: string): Promise<Claims>;
  /** What was verified under another generation has to be verified again. NaN, which equals nothing: always. */
  readonly generation: number;
}

export const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
export const RSA_ALGORITHMS: readonly string[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
export const EDWARDS_ALGORITHMS: readonly string[] = ['EdDSA', 'Ed25519'];
export const EC_ALGORITHMS: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};
