import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Slots } from '../../delivery/slots.js';
import { LimitedLog } from '../../errors/limited-log.js';
import type { RowQuestion } from '../../filter/row-question.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import type { Change } from '../../surreal/changes/change.js';
import { DatabaseUnavailable } from '../../surreal/connection/database-unavailable.js';
import { withDeadline } from '../../surreal/connection/deadline.js';
import { Questions } from '../../surreal/connection/questions.js';
import type { Query } from '../../surreal/connection/sdk-session.js';
import { Database } from '../../surreal/database.js';
import { askRows } from '../../rights/asking/ask-rows.js';
import { Readers, tablesOf } from './readers.js';
import { UnheardTables } from './unheard-tables.js';
import { WaitingChanges } from './waiting-changes.js';
import type { Wanted } from '../../rights/asking/wanted.js';

/** Tables whose rows are asked about at a time: none waits for all others. */
const ASKED_AT_ONCE = 4;

/** Has the database say which rows permissions show, and knows which tables its answers rest on. */
@Injectable()
export class RowAsker implements OnModuleInit, OnApplicationShutdown {
  readonly log = new LimitedLog(RowAsker.name);
  readonly readers = new Readers();
  readonly waiting: WaitingChanges;
  private readonly unheard: UnheardTables;
  private readonly slots = new Slots<this>(ASKED_AT_ONCE);
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: Config,
    private readonly questions: Questions,
    private readonly database: Database,
    private readonly metrics: MetricsService,
  ) {
    const { limitRightsWaitingChanges: changes, limitRightsWaitingBytes: bytes, rightsWaitMs: longestMs } = config;
    this.waiting = new WaitingChanges({ changes, bytes, longestMs }, () => metrics.rightsGivenUp.inc());
    this.unheard = new UnheardTables(questions, (table) => this.doubt(table));
    metrics.rightsWaiting.readFrom(() => this.waiting.changes);
    metrics.rightsWaitingBytes.readFrom(() => this.waiting.bytes);
  }

  onModuleInit(): void {
    this.watching = this.watchUnheard();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  /** Whether one question is answered from one state of the database, whatever is written meanwhile. */
  get readsExactly(): boolean {
    return this.database.transactsExactly;
  }

  /** About rows of a table. @throws DatabaseUnavailable */
  ask(table: string, wanted: Wanted): Promise<void> {
    if (wanted.isEmpty) return Promise.resolve();
    const query: Query = (text, bindings) => this.questions.ask(text, bindings);
    return this.slots.run(this, () => this.askIn(query, table, wanted));
  }

  /** In a transaction of whoever asks. @throws DatabaseUnavailable */
  async askIn(query: Query, table: string, wanted: Wanted): Promise<void> {
    const began = performance.now();
    await askRows(query, wanted, (reason) => this.log.warn(`A permission of ${table} fails for a row: ${reason}`));
    this.metrics.rightsAnswers.inc(table, wanted.size);
    this.metrics.rightsAskSeconds.inc(table, (performance.now() - began) / 1_000);
  }

  /** Settles when all that the database held when this was called has been told. @throws DatabaseUnavailable */
  heardAll(): Promise<void> {
    return withDeadline(this.config.rightsWaitMs, this.database.heardAll());
  }

  /** Before the first row is judged by some questions. @throws CommandError FORBIDDEN; DatabaseUnavailable */
  watch(questions: readonly RowQuestion[]): Promise<void> {
    return this.unheard.watch([...tablesOf(questions)].filter((table) => !this.database.tells(table)));
  }

  /** A record has changed, on which answers may rest. */
  changed(change: Change): void {
    for (const reader of this.readers.of(change.table)) reader.changed(change);
  }

  /** What a table holds may be something else than what was told. Without a name: any table. */
  doubt(table?: string): void {
    for (const reader of table === undefined ? this.readers.all() : this.readers.of(table)) reader.doubt(table);
  }

  private async watchUnheard(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.config.rightsRefreshMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const tables = new Set([...this.readers.tables()].filter((table) => !this.database.tells(table)));
      try {
        await this.unheard.look(tables);
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) this.log.error('Tables could not be looked at.', error);
        for (const table of tables) this.doubt(table);
      }
    }
  }
}
