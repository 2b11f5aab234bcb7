import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { compactVerify, createRemoteJWKSet, customFetch, errors, type CompactVerifyGetKey, type CryptoKey } from 'jose';
import { ConfigError } from '../../config/load-config.js';
import { AuthenticationError, KeysUnavailableError } from './authentication-error.js';
import { fetchBounded } from './bounded-fetch.js';
import { parseClaims, type Claims } from './claims.js';
import { EC_ALGORITHMS, EDWARDS_ALGORITHMS, RSA_ALGORITHMS, type TokenKeys } from './token-keys.js';

const ALGORITHMS = [...RSA_ALGORITHMS, ...Object.values(EC_ALGORITHMS), ...EDWARDS_ALGORITHMS];

/** Times are in milliseconds. */
export interface RemoteKeysBounds {
  /** Least time between two fetches, whatever clients send. */
  readonly gap: number;
  /** A key that was withdrawn is honoured no longer than this. */
  readonly maxAge: number;
  readonly timeout: number;
  /** Tokens that may wait for a fetch at a time. */
  readonly waiting: number;
}

// A token waits for one gap and one fetch at most: together well below the time a client has to authenticate.
const BOUNDS: RemoteKeysBounds = { gap: 3_000, maxAge: 600_000, timeout: 3_000, waiting: 1_000 };

type FindKey = Parameters<ReturnType<typeof createRemoteJWKSet>>;

/** The keys that a JWKS URL serves, fetched when first needed, when they are old, and for a `kid` that is not among them. */
export class RemoteKeys implements TokenKeys {
  private readonly logger = new Logger(RemoteKeys.name);
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;
  private readonly bounds: RemoteKeysBounds;
  private fetching: Promise<void> | undefined;
  private known = false;
  private lastFetchFailed = false;
  private staleAt = 0;
  private keySets = 0;
  private waitingNow = 0;
  private notBefore = 0;

  /** @throws ConfigError */
  constructor(url: string, bounds: Partial<RemoteKeysBounds> = {}) {
    this.bounds = { ...BOUNDS, ...bounds };
    if (!/^https?:/.test(url) || !URL.canParse(url)) {
      throw new ConfigError('JWT_JWKS_URL has to be an http or https URL.');
    }
    // When to fetch is decided here: jose would fetch at once for each unknown `kid` while the server is down.
    this.keys = createRemoteJWKSet(new URL(url), {
      timeoutDuration: this.bounds.timeout,
      cooldownDuration: Infinity,
      cacheMaxAge: Infinity,
      [customFetch]: fetchBounded,
    });
  }

  /** A key that was withdrawn must not be honoured longer by way of what is remembered. */
  get generation(): number {
    return performance.now() < this.staleAt ? this.keySets : NaN;
  }

  /** Tokens that wait for a fetch. */
  get waiting(): number {
    return this.waitingNow;
  }

  accepts(algorithm: string): boolean {
    return ALGORITHMS.includes(algorithm);
  }

  async verify(token: string): Promise<Claims> {
    try {
      return await this.verifyWith(token, (header, input) => this.find(header, input));
    } catch (error) {
      if (error instanceof AuthenticationError) throw error;
      if (error instanceof errors.JWKSMultipleMatchingKeys) return this.verifyWithEach(token, error);
      throw new AuthenticationError('the signature is wrong');
    }
  }

  private async verifyWith(token: string, key: CryptoKey | CompactVerifyGetKey): Promise<Claims> {
    const options = { algorithms: ALGORITHMS };
    const { payload } = await (typeof key === 'function'
      ? compactVerify(token, key, options)
      : compactVerify(token, key, options));
    return parseClaims(payload);
  }

  /** A token without a `kid`, where more than one key has its type. */
  private async verifyWithEach(token: string, candidates: errors.JWKSMultipleMatchingKeys): Promise<Claims> {
    for await (const key of candidates) {
      const claims = await this.verifyWith(token, key).catch(() => undefined);
      if (claims) return claims;
    }
    throw new AuthenticationError('the signature is wrong');
  }

  /** Fetches at most once for one token. */
  private async find(...header: FindKey): Promise<CryptoKey> {
    const key = performance.now() < this.staleAt ? await this.findKnown(...header) : undefined;
    if (key) return key;
    await this.waitForFetch();
    const fetched = this.known ? await this.findKnown(...header) : undefined;
    if (fetched) return fetched;
    throw this.lastFetchFailed ? new KeysUnavailableError() : new AuthenticationError('the key is unknown');
  }

  private async findKnown(...header: FindKey): Promise<CryptoKey | undefined> {
    try {
      return await this.keys(...header);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return undefined;
      throw error;
    }
  }

  /** @throws KeysUnavailableError where so many wait that no more may: whoever has a token in hand can't make us hold it. */
  private async waitForFetch(): Promise<void> {
    if (this.waitingNow >= this.bounds.waiting) throw new KeysUnavailableError();
    this.waitingNow += 1;
    await this.fetch();
    this.waitingNow -= 1;
  }

  /** Single flight. Never fails: keys that could be fetched before stay. */
  private fetch(): Promise<void> {
    this.fetching ??= this.fetchAfterGap().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  /** Whoever comes too early waits: a token signed with a key that is seconds old is right and must not be refused. */
  private async fetchAfterGap(): Promise<void> {
    await pause(Math.max(0, this.notBefore - performance.now()));
    const first = !this.known;
    try {
      const before = JSON.stringify(this.keys.jwks());
      await this.keys.reload();
      // Anybody can have the keys fetched: only other ones count.
      if (JSON.stringify(this.keys.jwks()) !== before) this.keySets += 1;
      this.known = true;
      this.lastFetchFailed = false;
    } catch (error) {
      this.lastFetchFailed = true;
      this.logger.warn(`JWT_JWKS_URL could not be fetched: ${error instanceof Error ? error.message : String(error)}`);
    }
    const now = performance.now();
    // The first fetch was for no `kid` in particular: the first unknown one is looked for at once.
    this.notBefore = first && this.known ? now : now + this.bounds.gap;
    // In an outage, one token in ten gaps waits for a fetch, the others are checked with the keys there were.
    this.staleAt =
      now + (this.lastFetchFailed ? Math.min(this.bounds.maxAge, 10 * this.bounds.gap) : this.bounds.maxAge);
  }
}
