import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { DatabaseProcess } from '../connection/database-process.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { SdkSession } from '../connection/sdk-session.js';
import { askWho } from './ask-who.js';
import type { SignedIn } from './signed-in.js';

/** Sessions that nobody needs are closed after so many milliseconds. */
const IDLE_MS = 30_000;

/**
 * Has SurrealDB say whom tokens speak for, over a few sessions of their own: one token at a time in each, so many a second, and
 * no token waits longer than for an answer of the database.
 */
@Injectable()
export class SignIns implements OnApplicationShutdown {
  private readonly sessions = new Map<number, SdkSession>();
  private readonly free: number[];
  private readonly line: ((place: number) => void)[] = [];
  private waitingNow = 0;
  private nextAt = 0;
  private stopped = false;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    private readonly process: DatabaseProcess,
    metrics: MetricsService,
  ) {
    this.free = Array.from({ length: config.limitSignInSessions }, (_, place) => place);
    metrics.signInsWaiting.readFrom(() => this.waitingNow);
    metrics.signInSessions.readFrom(() => this.sessions.size);
  }

  /** @throws TokenRefused; DatabaseUnavailable, also where too many tokens wait */
  async signIn(token: string): Promise<SignedIn> {
    const wait = this.waitForTurn();
    this.waitingNow += 1;
    try {
      if (wait > 0) await pause(wait);
      const place = this.free.pop() ?? (await new Promise<number>((resolve) => this.line.push(resolve)));
      try {
        return await this.ask(place, token);
      } finally {
        this.leave(place);
      }
    } finally {
      this.waitingNow -= 1;
    }
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.idle);
    this.closeAll();
  }

  /** Milliseconds until one more may be asked for. @throws DatabaseUnavailable where that is too long */
  private waitForTurn(): number {
    const { limitTokensWaiting, limitSignInsPerSecond, surrealTimeoutMs } = this.config;
    const now = performance.now();
    const at = Math.max(now, this.nextAt);
    if (this.waitingNow >= limitTokensWaiting || at - now > surrealTimeoutMs) {
      throw new DatabaseUnavailable('too many tokens wait for the database');
    }
    this.nextAt = at + 1_000 / limitSignInsPerSecond;
    return at - now;
  }

  private async ask(place: number, token: string): Promise<SignedIn> {
    const session = this.sessions.get(place) ?? (await this.open(place));
    try {
      return await askWho(session, token);
    } finally {
      // Else the next one who is asked for there could be taken for this one.
      await session.invalidate().catch(() => this.close(place, session));
    }
  }

  private async open(place: number): Promise<SdkSession> {
    const { surrealTimeoutMs } = this.config;
    const session = await SdkSession.openAnonymous({
      endpoint: () => this.process.endpoint,
      timeoutMs: surrealTimeoutMs,
    });
    if (this.stopped) session.close();
    this.sessions.set(place, session);
    void session.ended.then(() => this.close(place, session));
    return session;
  }

  private close(place: number, session: SdkSession): void {
    session.close();
    if (this.sessions.get(place) === session) this.sessions.delete(place);
  }

  private leave(place: number): void {
    const next = this.line.shift();
    if (next) return next(place);
    this.free.push(place);
    clearTimeout(this.idle);
    if (this.free.length === this.config.limitSignInSessions) {
      this.idle = setTimeout(() => this.closeAll(), IDLE_MS).unref();
    }
  }

  private closeAll(): void {
    for (const [place, session] of this.sessions) this.close(place, session);
  }
}
