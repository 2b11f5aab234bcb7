/** Gives a token, or null for an anonymous connection. Called for each connection and before each expiry. */
export type GetToken = () => string | null | undefined | Promise<string | null | undefined>;

export interface TokenOptions {
  /** A token that never changes. Use `getToken` where tokens expire. */
  token?: string;
  getToken?: GetToken;
}

/** Where tokens come from, and which one is in use. */
export class TokenSource {
  private readonly get: GetToken;
  /** False: there will never be another token than the first. */
  readonly renewable: boolean;
  /** The token that the server was last shown. */
  current: string | undefined;

  /** @throws TypeError if both kinds are given, or one of the wrong type */
  constructor({ token, getToken }: TokenOptions) {
    if (token !== undefined && getToken !== undefined) throw new TypeError('Pass either token or getToken, not both.');
    if (token !== undefined && typeof token !== 'string') throw new TypeError('token has to be a string.');
    if (getToken !== undefined && typeof getToken !== 'function') throw new TypeError('getToken has to be a function.');
    this.renewable = getToken !== undefined;
    this.get = getToken ?? (() => token);
  }

  /** The token to show next; undefined for none. Rejects as `getToken` does. */
  async next(): Promise<string | undefined> {
    const token = await this.get();
    return token === '' || token === null ? undefined : token;
  }
}
