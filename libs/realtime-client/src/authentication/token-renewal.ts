import type { PrincipalInfo } from '@edge-hive/protocol';
import type { Backoff } from '../connection/backoff.js';
import type { RealtimeError, Report } from '../errors.js';
import type { ServerClock } from '../connection/server-clock.js';
import type { TokenSource } from '../connection/token-source.js';

/** How long before it expires a token is renewed, in milliseconds; a fifth of what it has left, if that is less. */
const MARGIN = 60_000;
/** No renewal is tried sooner than this after the one before. */
const MIN_DELAY = 1_000;
/** The longest that a timer can run. */
const MAX_DELAY = 2 ** 31 - 1;

/**
 * When to renew a token that has so many milliseconds left. Undefined: never. It has run out, and the server, which goes by
 * the clock that says so, closes the connection.
 */
export function renewalDelay(left: number): number | undefined {
  return left <= 0 ? undefined : Math.max(MIN_DELAY, left - Math.min(MARGIN, left / 5));
}

/** What is to be done about one token in use. */
interface Renewal {
  /** By the server's time, in milliseconds, as `due` is. */
  readonly expires: number;
  readonly backoff: Backoff;
  due: number;
  isUnderWay: boolean;
}

/** Shows the server a newer token before the one in use expires, on the connection that is open: each token once. */
export class TokenRenewal {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Of the token in use on this connection: what was begun for another is of no use any more. */
  private current: Renewal | undefined;
  /** The server won't have it, however often it is shown. */
  private refused: string | undefined;

  /** @param authenticate sends a token. Once it is accepted, `schedule` is called */
  constructor(
    private readonly tokens: TokenSource,
    private readonly clock: ServerClock,
    private readonly authenticate: (token: string) => Promise<unknown>,
    private readonly newBackoff: () => Backoff,
    private readonly report: Report,
  ) {}

  /** A token was accepted. */
  schedule({ expires }: PrincipalInfo): void {
    this.stop();
    if (expires === undefined || !this.tokens.renewable) return;
    this.current = { expires: expires * 1_000, backoff: this.newBackoff(), due: 0, isUnderWay: false };
    this.plan(this.current);
  }

  /** The server has said its time: timers stood still while the device slept. */
  clockSet(): void {
    if (this.current?.isUnderWay === false) this.arm(this.current);
  }

  stop(): void {
    this.current = undefined;
    clearTimeout(this.timer);
  }

  /** @param pause of a try that failed; otherwise it is the next token's turn */
  private plan(renewal: Renewal, pause?: number): void {
    const delay = renewalDelay(renewal.expires - this.clock.now);
    renewal.isUnderWay = false;
    if (delay === undefined) return this.stop();
    renewal.due = this.clock.now + (pause === undefined ? delay : Math.max(MIN_DELAY, pause));
    this.arm(renewal);
  }

  private arm(renewal: Renewal): void {
    clearTimeout(this.timer);
    const delay = Math.max(0, renewal.due - this.clock.now);
    this.timer =
      delay > MAX_DELAY
        ? setTimeout(() => this.arm(renewal), MAX_DELAY)
        : setTimeout(() => void this.renew(renewal), delay);
  }

  private async renew(renewal: Renewal): Promise<void> {
    renewal.isUnderWay = true;
    let token: string | undefined;
    try {
      token = await this.tokens.fresh();
      if (renewal !== this.current) return;
      if (token === undefined || token === this.tokens.current || token === this.refused) return this.plan(renewal);
      await this.authenticate(token);
    } catch (cause) {
      // `fresh` and `authenticate` reject with nothing else.
      const error = cause as RealtimeError;
      if (renewal !== this.current) return;
      if (token !== undefined) this.refused = token;
      this.report(error);
      if (renewal === this.current) this.plan(renewal, renewal.backoff.next());
    }
  }
}
