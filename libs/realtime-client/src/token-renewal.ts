import type { PrincipalInfo } from '@edge-hive/protocol';
import { RealtimeError, type Report } from './errors.js';
import type { TokenSource } from './token-source.js';

/** How long before it expires a token is renewed, in milliseconds; a fifth of what it has left, if that is less. */
const MARGIN = 60_000;
/** No renewal is tried sooner than this after the one before. */
const MIN_DELAY = 1_000;
/** The longest that a timer can run: a token that lasts longer is renewed then. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * When to renew a token, in milliseconds from now.
 *
 * @param expires Unix time in seconds
 * @param now Unix time in milliseconds
 */
export function renewalDelay(expires: number, now: number): number {
  const left = expires * 1_000 - now;
  return Math.min(MAX_DELAY, Math.max(MIN_DELAY, left - Math.min(MARGIN, left / 5)));
}

/** Shows the server a newer token before the one in use expires, on the connection that is open. */
export class TokenRenewal {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts connections: what was begun on one is of no use on the next. */
  private generation = 0;

  /** @param authenticate sends a token and resolves to whom the server then takes us for */
  constructor(
    private readonly tokens: TokenSource,
    private readonly authenticate: (token: string) => Promise<PrincipalInfo>,
    private readonly report: Report,
  ) {}

  schedule({ expires }: PrincipalInfo): void {
    clearTimeout(this.timer);
    if (expires === undefined || !this.tokens.renewable) return;
    const generation = this.generation;
    this.timer = setTimeout(() => void this.renew(expires, generation), renewalDelay(expires, Date.now()));
  }

  stop(): void {
    this.generation += 1;
    clearTimeout(this.timer);
  }

  private async renew(expires: number, generation: number): Promise<void> {
    let principal: PrincipalInfo = { id: '', expires };
    try {
      const token = await this.tokens.next();
      if (generation !== this.generation) return;
      if (token !== undefined && token !== this.tokens.current) {
        principal = await this.authenticate(token);
        this.tokens.current = token;
      }
    } catch (cause) {
      if (generation !== this.generation) return;
      this.report(
        cause instanceof RealtimeError
          ? cause
          : new RealtimeError('TOKEN_UNAVAILABLE', `getToken failed: ${String(cause)}`, { retryable: true, cause }),
      );
    }
    if (generation === this.generation) this.schedule(principal);
  }
}
