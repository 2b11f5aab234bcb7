import { RealtimeError } from '../errors.js';

/** Gives a token, or null for an anonymous connection. Called for each connection and before each expiry. */
export type GetToken = () => string | null | undefined | Promise<string | null | undefined>;

export interface TokenOptions {
  /** A token that never changes. Use `getToken` where tokens expire. */
  token?: string;
  getToken?: GetToken;
  /** How many milliseconds `getToken` may take. Default 10,000; then it is an error, and it is asked again. */
  tokenTimeout?: number;
}

/** Where tokens come from, and which one is in use. */
export class TokenSource {
  /** The token that the server was last shown. */
  current: string | undefined;
  private readonly getToken: GetToken | undefined;
  private readonly timeout: number;
  private readonly timers = new Set<ReturnType<typeof setTimeout>>();
  /** What the application has given, not to be asked for. */
  private given: { readonly token: string | undefined } | undefined;
  /** What is shown at the application's wish, and the server hasn't accepted yet. */
  private tried: { readonly token: string | undefined; readonly isGiven: boolean } | undefined;

  /** @throws TypeError if both kinds are given, or one of the wrong type */
  constructor({ token, getToken, tokenTimeout = 10_000 }: TokenOptions) {
    if (token !== undefined && getToken !== undefined) throw new TypeError('Pass either token or getToken, not both.');
    if (token !== undefined && typeof token !== 'string') throw new TypeError('token has to be a string.');
    if (getToken !== undefined && typeof getToken !== 'function') throw new TypeError('getToken has to be a function.');
    if (!(tokenTimeout > 0 && tokenTimeout < 2 ** 31)) throw new TypeError('tokenTimeout has to be milliseconds.');
    this.getToken = getToken;
    this.timeout = tokenTimeout;
    if (getToken === undefined) this.given = { token: textOf(token) };
  }

  /** False: no other token will come by itself than the one that was given. */
  get renewable(): boolean {
    return this.getToken !== undefined && (this.given === undefined || this.given.token !== undefined);
  }

  /** What is shown now was given to be tried. */
  get isTried(): boolean {
    return this.tried !== undefined;
  }

  /** The token to show on a new connection; undefined for none. @throws RealtimeError TOKEN_UNAVAILABLE */
  async next(): Promise<string | undefined> {
    const given = this.tried ?? this.given;
    return given === undefined ? this.ask() : given.token;
  }

  /** Another token than the current one, if there is one. @throws RealtimeError TOKEN_UNAVAILABLE */
  async fresh(): Promise<string | undefined> {
    if (this.tried === undefined && this.renewable) this.given = undefined;
    return this.next();
  }

  /** There is a function to ask for what the application doesn't give. */
  get isAsked(): boolean {
    return this.getToken !== undefined;
  }

  /** What `getToken` says now. @throws RealtimeError TOKEN_UNAVAILABLE */
  async ask(): Promise<string | undefined> {
    try {
      return textOf(await this.inTime(this.getToken));
    } catch (cause) {
      const message = `getToken failed: ${String(cause)}`;
      throw new RealtimeError('TOKEN_UNAVAILABLE', message, { retryable: true, cause });
    }
  }

  /**
   * Shown from now on, until it turns out whether the server accepts it.
   *
   * @param isGiven not by `getToken`: it is to be used again, until it is refused or expires
   */
  try(token: string | undefined, isGiven: boolean): void {
    this.tried = { token, isGiven };
  }

  /** The server has accepted it. */
  accept(token: string | undefined): void {
    this.current = token;
    if (this.tried === undefined || this.tried.token !== token) return;
    this.given = this.tried.isGiven ? this.tried : undefined;
    this.tried = undefined;
  }

  /** What there was before `try` counts again. */
  reject(): void {
    this.tried = undefined;
  }

  /** Nobody waits for an answer any more. */
  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async inTime(getToken: GetToken | undefined): Promise<string | null | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.timeout} ms`)), this.timeout);
      this.timers.add(timer);
    });
    try {
      return await Promise.race([getToken?.(), late]);
    } finally {
      clearTimeout(timer);
      if (timer !== undefined) this.timers.delete(timer);
    }
  }
}

export function textOf(token: string | null | undefined): string | undefined {
  if (token !== null && token !== undefined && typeof token !== 'string') {
    throw new TypeError(`a token has to be a string, not ${typeof token}`);
  }
  return token === '' || token === null ? undefined : token;
}
