import { createPublicKey, type KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import { ConfigError } from '../../config/load-config.js';
import { AuthenticationError } from './authentication-error.js';
import { parseClaims, type Claims } from './claims.js';
import { EC_ALGORITHMS, EDWARDS_ALGORITHMS, RSA_ALGORITHMS, type TokenKeys } from './token-keys.js';

const RSA_BITS = 2048;

/** One public key: RS and PS, ES or EdDSA, whichever it is made for. */
export class PublicKey implements TokenKeys {
  readonly generation = 0;
  private readonly key: KeyObject;
  private readonly algorithms: readonly string[];

  /**
   * @param pem SPKI or a certificate; `\n` may stand for line ends, as environment files have it.
   * @throws ConfigError
   */
  constructor(pem: string) {
    this.key = readPublicKey(pem.replaceAll('\\n', '\n'));
    this.algorithms = algorithmsOf(this.key);
  }

  accepts(algorithm: string): boolean {
    return this.algorithms.includes(algorithm);
  }

  async verify(token: string): Promise<Claims> {
    try {
      const { payload } = await compactVerify(token, this.key, { algorithms: [...this.algorithms] });
      return parseClaims(payload);
    } catch (error) {
      if (error instanceof AuthenticationError) throw error;
      throw new AuthenticationError('the signature is wrong');
    }
  }
}

function readPublicKey(pem: string): KeyObject {
  // Node would take a private key and derive the public one; a service that only verifies should never hold it.
  if (pem.includes('PRIVATE KEY')) throw new ConfigError('JWT_PUBLIC_KEY holds a private key: give the public one.');
  try {
    return createPublicKey(pem);
  } catch {
    throw new ConfigError('JWT_PUBLIC_KEY has to be a public key in PEM (-----BEGIN PUBLIC KEY-----).');
  }
}

function algorithmsOf(key: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength >= RSA_BITS) return RSA_ALGORITHMS;
    throw new ConfigError(`JWT_PUBLIC_KEY has to have ${RSA_BITS} bits or more.`);
  }
  if (key.asymmetricKeyType === 'ed25519') return EDWARDS_ALGORITHMS;
  const ellipticAlgorithm = key.asymmetricKeyType === 'ec' ? EC_ALGORITHMS[namedCurve] : undefined;
  if (ellipticAlgorithm !== undefined) return [ellipticAlgorithm];
  throw new ConfigError('JWT_PUBLIC_KEY has to be RSA, P-256, P-384, P-521 or Ed25519.');
}
