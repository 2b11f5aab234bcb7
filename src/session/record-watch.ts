import { setTimeout as pause } from 'node:timers/promises';
import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { WriteObserver } from '../surreal/changes/database-listener.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import { Database } from '../surreal/database.js';
import { SessionRegistry } from './session-registry.js';

/**
 * Closes the sessions of record users whose record is gone: SurrealDB would still let their tokens in, and then a permission such
 * as `author = $auth.id` would show them all rows without an author.
 *
 * Where a changefeed tells of deletions, the database is asked once for each principal, in case its record went while it signed
 * in, and when a deletion is told. Of all other tables it is asked again and again.
 */
@Injectable()
export class RecordWatch implements OnModuleInit, OnApplicationShutdown, WriteObserver {
  private readonly logger = new Logger(RecordWatch.name);
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  /** Whose record was there when the session spoke for it already. */
  private seen = new WeakSet<Principal>();
  private due = false;

  constructor(
    private readonly config: Config,
    private readonly registry: SessionRegistry,
    private readonly questions: Questions,
    private readonly database: Database,
    private readonly metrics: MetricsService,
  ) {}

  onModuleInit(): void {
    this.database.observe(this);
    this.watching = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  wrote(changes: readonly Change[]): void {
    for (const { action, key } of changes) {
      if (action !== 'DELETE') continue;
      for (const { principal } of this.registry.ofPrincipal(key)) {
        if (!principal?.record) continue;
        this.seen.delete(principal);
        this.due = true;
      }
    }
    // It may be there again: the database knows.
    if (this.due) void this.lookNow();
  }

  doubted(): void {
    this.seen = new WeakSet();
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.config.rightsRefreshMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.lookNow();
    }
  }

  private async lookNow(): Promise<void> {
    this.due = false;
    try {
      await this.look();
    } catch (error) {
      // What can't be known now is found out when the database is back: until then it has nothing to show either.
      if (!(error instanceof DatabaseUnavailable)) this.logger.error(error);
    }
  }

  private async look(): Promise<void> {
    const asked = new Set<Principal>();
    const byKey = new Map<string, RecordId>();
    for (const { principal } of this.registry) {
      if (!principal?.record) continue;
      const { auth } = principal.record;
      if (this.seen.has(principal) && this.database.tells(auth.table.name)) continue;
      asked.add(principal);
      byKey.set(principal.id, auth);
    }
    if (asked.size === 0) return;
    this.metrics.principalsAsked.inc(byKey.size);
    const { seen } = this;
    for (const principal of asked) seen.add(principal);
    try {
      this.close(asked, await this.questions.existing([...byKey.values()]));
    } catch (error) {
      for (const principal of asked) seen.delete(principal);
      throw error;
    }
  }

  private close(asked: ReadonlySet<Principal>, existing: ReadonlySet<string>): void {
    for (const session of [...this.registry]) {
      const { principal } = session;
      if (!principal || !asked.has(principal) || existing.has(principal.id)) continue;
      session.close(CLOSE_CODES.UNAUTHENTICATED, 'the record of the principal was deleted');
    }
  }
}
