import { setTimeout as pause } from 'node:timers/promises';
import { CLOSE_CODES } from '@edge-hive/protocol';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import { Config } from '../config/config.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import { SessionRegistry } from './session-registry.js';

/**
 * Closes the sessions of record users whose record is gone: SurrealDB would still let their tokens in, and then a permission such
 * as `author = $auth.id` would show them all rows without an author.
 */
@Injectable()
export class RecordWatch implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(RecordWatch.name);
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: Config,
    private readonly registry: SessionRegistry,
    private readonly questions: Questions,
  ) {}

  onModuleInit(): void {
    this.watching = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.config.rightsRefreshMs, undefined, { signal, ref: false }).catch(() => undefined);
      await this.look().catch((error: unknown) => {
        // What can't be known now is found out when the database is back: until then it has nothing to show either.
        if (!(error instanceof DatabaseUnavailable)) this.logger.error(error);
      });
    }
  }

  private async look(): Promise<void> {
    const byRecord = new Map<string, RecordId>();
    for (const { principal } of this.registry) if (principal?.record) byRecord.set(principal.id, principal.record.auth);
    if (byRecord.size === 0) return;
    const existing = await this.questions.existing([...byRecord.values()]);
    for (const id of existing) byRecord.delete(id);
    for (const session of [...this.registry]) {
      const { principal } = session;
      if (!principal?.record || !byRecord.has(principal.id)) continue;
      session.close(CLOSE_CODES.UNAUTHENTICATED, 'the record of the principal was deleted');
    }
  }
}
