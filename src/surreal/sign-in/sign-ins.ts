import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { FairLine } from '../../delivery/fair-line.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { DatabaseProcess } from '../connection/database-process.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { SdkSession } from '../connection/sdk-session.js';
import { askWho } from './ask-who.js';
import { isOfToken } from './is-of-token.js';
import type { SignedIn } from './signed-in.js';

/** Sessions that nobody needs are closed after so many milliseconds. */
const IDLE_MS = 30_000;
/** Turns that a late timer held up are made up for, if they are not older, in ms. */
const LATE_MS = 20;

/** A token that waits for its turn. */
interface Waiter {
  readonly begin: (place: number) => void;
  readonly refuse: () => void;
}

/**
 * Has SurrealDB say whom tokens speak for, over a few sessions of their own: one token at a time in each, and so many a second. No
 * token waits longer than for an answer of the database, nor for more than one of each other origin before its own have their turn.
 */
@Injectable()
export class SignIns implements OnApplicationShutdown {
  private readonly logger = new Logger(SignIns.name);
  private readonly sessions = new Map<number, SdkSession>();
  private readonly free: number[];
  private readonly line = new FairLine<Waiter>();
  private asking = 0;
  private nextAt = 0;
  private turn: NodeJS.Timeout | undefined;
  private stopped = false;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    private readonly process: DatabaseProcess,
    metrics: MetricsService,
  ) {
    this.free = Array.from({ length: config.limitSignInSessions }, (_, place) => place);
    metrics.signInsWaiting.readFrom(() => this.waiting);
    metrics.signInSessions.readFrom(() => this.sessions.size);
  }

  /**
   * @param claims what the token says, unverified
   * @param origin where the token comes from
   * @throws TokenRefused; DatabaseUnavailable, also where too many tokens wait, and where the answer is about another token
   */
  async signIn(token: string, claims: Readonly<Record<string, unknown>>, origin: string): Promise<SignedIn> {
    const place = await this.placeFor(origin);
    try {
      return await this.ask(place, token, claims);
    } finally {
      this.leave(place);
    }
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.idle);
    this.closeAll();
  }

  private get waiting(): number {
    return this.line.size + this.asking;
  }

  /** A session, once it is this one's turn. @throws DatabaseUnavailable */
  private placeFor(origin: string): Promise<number> {
    const { limitTokensWaiting, surrealTimeoutMs } = this.config;
    // The origin that has most waiting has one less, and not whoever comes.
    if (this.waiting >= limitTokensWaiting) {
      const last = this.line.popLargest(this.line.sizeOf(origin) + 1);
      if (!last) return Promise.reject(tooMany());
      last.refuse();
    }
    return new Promise((resolve, reject) => {
      const patience = setTimeout(() => this.line.delete(origin, waiter) && waiter.refuse(), surrealTimeoutMs).unref();
      const waiter: Waiter = {
        begin: (place) => {
          clearTimeout(patience);
          resolve(place);
        },
        refuse: () => {
          clearTimeout(patience);
          reject(tooMany());
        },
      };
      this.line.push(origin, waiter);
      this.next();
    });
  }

  /** Begins with whoever's turn it is, as soon as one more may be asked about and a session is free. */
  private next(): void {
    while (this.line.size > 0) {
      const now = performance.now();
      if (now < this.nextAt) return this.nextAfter(this.nextAt - now);
      const place = this.free.pop();
      // Whoever leaves one goes on.
      if (place === undefined) return;
      this.nextAt = Math.max(now - LATE_MS, this.nextAt) + 1_000 / this.config.limitSignInsPerSecond;
      this.asking += 1;
      this.line.shift()?.begin(place);
    }
  }

  private nextAfter(milliseconds: number): void {
    this.turn ??= setTimeout(() => {
      this.turn = undefined;
      this.next();
    }, milliseconds).unref();
  }

  private async ask(place: number, token: string, claims: Readonly<Record<string, unknown>>): Promise<SignedIn> {
    const session = this.sessions.get(place) ?? (await this.open(place));
    try {
      const who = await askWho(session, token);
      if (isOfToken(who, claims)) return who;
      const reason = 'The database answered about another token than it was shown';
      this.logger.warn(`${reason}: whoever showed it is asked to come again.`);
      this.close(place, session);
      throw new DatabaseUnavailable(reason);
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
    this.asking -= 1;
    this.free.push(place);
    this.next();
    clearTimeout(this.idle);
    if (this.free.length === this.config.limitSignInSessions) {
      this.idle = setTimeout(() => this.closeAll(), IDLE_MS).unref();
    }
  }

  private closeAll(): void {
    for (const [place, session] of this.sessions) this.close(place, session);
  }
}

function tooMany(): DatabaseUnavailable {
  return new DatabaseUnavailable('too many tokens wait for the database');
}
