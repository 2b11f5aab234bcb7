import { decodeProtectedHeader, type ProtectedHeaderParameters } from 'jose';
import { AuthenticationError } from './authentication-error.js';
import { parseClaims, type Claims } from './claims.js';

/** Longest token, in characters. */
const TOKEN_LENGTH = 8 * 1024;

/** Header, payload and signature. */
const PARTS = 3;

/** What the headers of tokens say. Nearly all that come have the same one: the last is remembered. */
export class TokenHeaders {
  private text: string | undefined;
  private algorithm = '';

  /**
   * The `alg` of a token, '' if it has none.
   * @throws AuthenticationError
   */
  algorithmOf(token: string): string {
    if (token.length > TOKEN_LENGTH)
      throw new AuthenticationError(`the token is longer than ${TOKEN_LENGTH} characters`);
    const [text, ...others] = token.split('.', PARTS + 1);
    if (text === undefined || others.length !== PARTS - 1) throw new AuthenticationError('the token is malformed');
    if (text !== this.text) {
      this.algorithm = read(text);
      this.text = text;
    }
    return this.algorithm;
  }
}

/** What a token says, whether or not its signature is right. @throws AuthenticationError */
export function unverifiedClaims(token: string): Claims {
  return parseClaims(Buffer.from(token.split('.')[1] ?? '', 'base64url'));
}

function read(text: string): string {
  let header: ProtectedHeaderParameters;
  try {
    header = decodeProtectedHeader({ protected: text });
  } catch {
    throw new AuthenticationError('the token is malformed');
  }
  // Extensions that have to be understood, and jsonwebtoken doesn't look.
  if (header.crit !== undefined) throw new AuthenticationError('the token asks for extensions that are not known');
  return typeof header.alg === 'string' ? header.alg : '';
}
