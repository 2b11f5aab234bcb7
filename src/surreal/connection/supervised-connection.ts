import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DatabaseUnavailable } from './database-unavailable.js';
import { SdkSession, type Query, type SessionOptions } from './sdk-session.js';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

export interface ConnectionListener {
  /** A new session is there; nothing of an earlier one is left on the server. */
  connected?(): void | Promise<void>;
  /** The session has ended. */
  disconnected?(reason: DatabaseUnavailable): void;
  /** No session could be opened; tried again until one can. */
  unreachable?(reason: DatabaseUnavailable): void;
}

export interface SupervisedOptions extends SessionOptions {
  /** Each so many milliseconds it is asked whether it still answers. */
  readonly heartbeatMs: number;
}

/**
 * A connection that is always being had again: whatever ends a session (closed, half-open, refused, silent), the next
 * one is opened with back-off until `stop()`. A heartbeat of its own notices what the SDK doesn't.
 */
export class SupervisedConnection {
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private session: SdkSession | undefined;
  /** The session that was given up on purpose. */
  private renewed: SdkSession | undefined;
  private run: Promise<void> | undefined;
  private lastReason = new DatabaseUnavailable('not connected yet');

  private settle: () => void = () => undefined;
  /** Settles when the first attempt has come to an end, good or bad. */
  readonly attempted = new Promise<void>((resolve) => (this.settle = resolve));

  constructor(
    readonly name: string,
    private readonly options: SupervisedOptions,
    private listener: ConnectionListener = {},
  ) {
    this.logger = new Logger(`Surreal ${name}`);
  }

  /** From now on this one is told. To be called before `start()`. */
  listen(listener: ConnectionListener): void {
    this.listener = listener;
  }

  get up(): boolean {
    return this.session !== undefined;
  }

  /** Why it is down. */
  get reason(): string {
    return this.lastReason.message;
  }

  start(): void {
    this.run ??= this.supervise();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.session?.close('the service is stopping');
    await this.run;
  }

  /** @throws DatabaseUnavailable, or the server's error about the first statement that failed. */
  async query(text: string, bindings?: Record<string, unknown>, timeoutMs?: number): Promise<unknown[]> {
    if (!this.session) throw new DatabaseUnavailable(this.lastReason.message);
    return this.session.query(text, bindings, timeoutMs);
  }

  /** Runs queries that all see one state of the database. @throws like `query` */
  async readTransaction<T>(work: (query: Query) => Promise<T>, timeoutMs?: number): Promise<T> {
    if (!this.session) throw new DatabaseUnavailable(this.lastReason.message);
    return this.session.readTransaction(work, timeoutMs);
  }

  async version(): Promise<string> {
    if (!this.session) throw new DatabaseUnavailable(this.lastReason.message);
    return this.session.version();
  }

  /** Gives the present session up; the next one is opened at once. */
  renew(reason: string): void {
    if (!this.session) return;
    this.renewed = this.session;
    this.session.close(reason);
  }

  private async supervise(): Promise<void> {
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      try {
        await this.live(await SdkSession.open(this.options), () => (failures = 0));
      } catch (error) {
        const reason = error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(String(error));
        if (failures === 0 || reason.message !== this.lastReason.message) this.logger.warn(`down: ${reason.message}`);
        this.lastReason = reason;
        this.listener.unreachable?.(reason);
        failures += 1;
        this.settle();
      }
      const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
      await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async live(session: SdkSession, began: () => void): Promise<void> {
    if (this.stopping.signal.aborted) return session.close();
    this.session = session;
    const heartbeat = setInterval(() => this.beat(session), this.options.heartbeatMs);
    const begun = await this.begin(session);
    if (begun) began();
    const reason = await session.ended;
    clearInterval(heartbeat);
    this.session = undefined;
    session.close();
    this.listener.disconnected?.(reason);
    if (!begun) throw reason;
    this.lastReason = reason;
    if (this.renewed === session) this.logger.debug(`renewed: ${reason.message}`);
    else if (!this.stopping.signal.aborted) this.logger.warn(`lost: ${reason.message}`);
  }

  /** @returns whether the listener could do with the session what it has to; if not, the session ends. */
  private async begin(session: SdkSession): Promise<boolean> {
    try {
      await this.listener.connected?.();
      this.settle();
      return true;
    } catch (error) {
      session.close(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Also finds a session whose sign-in the SDK failed to renew: the server then answers that anonymous access is refused. */
  private beat(session: SdkSession): void {
    session.query('RETURN 1').catch((error: unknown) => session.close(`heartbeat: ${String(error)}`));
  }
}
