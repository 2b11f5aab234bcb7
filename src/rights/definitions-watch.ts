import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { LimitedLog } from '../errors/limited-log.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Database } from '../surreal/database.js';
import { KnownPrincipals } from './known-principals.js';
import type { PrincipalRights } from './principal-rights.js';
import { RightsRounds } from './rights-rounds.js';

/** Looks each RIGHTS_REFRESH_MS at what no change tells: definitions, and tables whose changes are in no feed. */
@Injectable()
export class DefinitionsWatch implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new LimitedLog(DefinitionsWatch.name);
  /** Tables that are defined otherwise, which not all principals' rights have followed yet. */
  private readonly redefined = new Set<string>();
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: Config,
    private readonly known: KnownPrincipals,
    private readonly rounds: RightsRounds,
    private readonly database: Database,
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
      if (signal.aborted || this.known.isEmpty) continue;
      await this.look().catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights could not be looked at.', error);
      });
    }
  }

  private async look(): Promise<void> {
    for (const table of await this.known.readDefinitions()) this.redefined.add(table);
    const concerned = new Set<Principal>();
    for (const rights of this.known) {
      const { principal } = rights;
      const redefined = [...rights.tables].filter((table) => this.redefined.has(table));
      if (redefined.length > 0) {
        await this.known.define(rights, redefined);
        concerned.add(principal);
      }
      if (redefined.length > 0 || this.isUnheard(rights)) this.rounds.want(principal);
    }
    await this.rounds.next();
    this.redefined.clear();
    this.rounds.announce(concerned);
  }

  /** Whether rights hang on something whose changes the feed doesn't tell. */
  private isUnheard({ reads, reach, user }: PrincipalRights): boolean {
    const { self, edges, tables, anything } = reads;
    const own = self ? [user.auth.table.name] : [];
    const read = [...own, ...edges, ...tables, ...reach.fields.keys()];
    return anything || reach.anything || read.some((table) => !this.database.tells(table));
  }
}
