import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { LimitedLog } from '../errors/limited-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { WriteObserver } from '../surreal/changes/database-listener.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import { Database } from '../surreal/database.js';
import type { RecordAsker } from './record-asker.js';
import { RecordBounds } from './record-bounds.js';
import type { Answer } from './record-decision.js';
import { RecordDecisions } from './record-decisions.js';
import { RecordRounds } from './record-rounds.js';
import { RightsService } from './rights.service.js';

/** Looks in a row that the database may leave unanswered: what was decided counts so much longer. */
const LOOKS_MISSED = 20;

/**
 * Which records of the database principals may select, as its permissions have it. Decided when that is first asked, and again
 * when the record is written, when the principal's rights have become others, and, for a table whose writes nothing tells, each
 * RIGHTS_REFRESH_MS.
 */
@Injectable()
export class RecordRights implements OnModuleInit, OnApplicationShutdown, WriteObserver {
  private readonly log = new LimitedLog(RecordRights.name);
  private readonly bounds: RecordBounds;
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  private asker: RecordAsker | undefined;
  private missedLooks = 0;

  constructor(
    private readonly config: Config,
    private readonly decisions: RecordDecisions,
    private readonly rounds: RecordRounds,
    private readonly rights: RightsService,
    private readonly questions: Questions,
    private readonly database: Database,
    metrics: MetricsService,
  ) {
    this.bounds = new RecordBounds(config, decisions);
    metrics.recordRights.readFrom(() => this.decisions.size);
  }

  serve(asker: RecordAsker): void {
    this.asker = asker;
    this.rounds.serve(asker);
  }

  onModuleInit(): void {
    this.database.observe(this);
    this.watching = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  /** Whether a principal may select a record, as far as that is known: `no` also where nobody asked. */
  current(principal: Principal, record: RecordId): Answer {
    return this.decisions.get(principal, record)?.answer ?? 'no';
  }

  /** Whether it may, asking the database where that isn't known. @throws CommandError FORBIDDEN, UNAVAILABLE */
  async find(principal: Principal, record: RecordId): Promise<boolean> {
    const decision = this.decisions.get(principal, record) ?? this.bounds.add(principal, record);
    if (decision.answer === 'yes') return true;
    decision.awaited += 1;
    try {
      await this.rights.askAnew(principal, decision.table);
      await this.rounds.decideAgain([decision]);
      if (decision.refusal) throw decision.refusal;
      // It may have been decided otherwise at once: what counts is what is known now.
      return (decision.answer as Answer) === 'yes';
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw unanswered();
      throw error instanceof CommandError ? aboutChannel(error) : error;
    } finally {
      decision.awaited -= 1;
      this.decisions.keepIfYes(decision);
    }
  }

  wrote(changes: readonly Change[]): void {
    const { decisions } = this;
    if (decisions.size === 0) return;
    this.rounds.review(changes.flatMap(({ key, table }) => [...decisions.on(key), ...decisions.resting(table)]));
  }

  doubted(): void {
    this.rounds.review([...this.decisions]);
  }

  /** The rights of these principals have become others. */
  changed(principals: Iterable<Principal>): void {
    this.rounds.review([...principals].flatMap((principal) => [...this.decisions.of(principal)]));
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.config.rightsRefreshMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || this.decisions.size === 0) continue;
      await this.look();
    }
  }

  /** What no change tells: rows of tables without a feed, and that the database is away. */
  private async look(): Promise<void> {
    const { asker } = this;
    if (asker) this.bounds.prune(() => asker.needed());
    const isUnheard = (table: string) => !this.database.tells(table);
    const unheard = [...this.decisions].filter(({ table, tables }) => [table, ...tables].some(isUnheard));
    try {
      if (unheard.length > 0) await this.rounds.decideAgain(unheard);
      else await this.questions.ask('RETURN NONE');
      this.missedLooks = 0;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights to records could not be decided.', error);
      this.missedLooks += 1;
      if (this.missedLooks > LOOKS_MISSED) this.rounds.distrust(this.decisions);
    }
  }
}

function unanswered(): CommandError {
  return new CommandError('UNAVAILABLE', 'channel: the database does not answer now; try again in a moment.');
}

/** What is said of a table is said of the channel that it gives rights to. */
function aboutChannel({ code, message }: CommandError): CommandError {
  return new CommandError(code, message.replace(/^topic:/, 'channel:'));
}
