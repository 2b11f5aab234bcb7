import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import type { Principal } from '../auth/tokens/principal.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { LimitedLog } from '../errors/limited-log.js';
import { questionsOf } from '../filter/questions-of.js';
import type { RowQuestion } from '../filter/row-question.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { WriteObserver } from '../surreal/changes/database-listener.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import { Database } from '../surreal/database.js';
import type { DatabaseRow } from '../values/path.js';
import { askRows } from './asking/ask-rows.js';
import { Wanted } from './asking/wanted.js';
import { RecordDecision, type Answer } from './record-decision.js';
import { RecordDecisions } from './record-decisions.js';
import { RightsService } from './rights.service.js';
import { Rounds } from './rounds.js';

/** Looks in a row that the database may leave unanswered: what was decided counts so much longer. */
const LOOKS_MISSED = 20;
/** Decisions of nobody that are kept, beside as many as those of somebody. */
const SPARE = 100;

/** Whoever asks for records, as long as its sessions last. */
export interface RecordAsker {
  /** These principals may no longer select a record that they could, or that isn't known now. */
  lost(principals: ReadonlySet<Principal>): void;
  /** The records that are still of interest, by principal. */
  needed(): ReadonlyMap<Principal, readonly RecordId[]>;
}

/**
 * Which records of the database principals may select, as its permissions have it. Decided when that is first asked, and again
 * when the record is written, when the principal's rights have become others, and, for a table whose writes nothing tells, each
 * RIGHTS_REFRESH_MS.
 */
@Injectable()
export class RecordRights implements OnModuleInit, OnApplicationShutdown, WriteObserver {
  private readonly log = new LimitedLog(RecordRights.name);
  private readonly decisions = new RecordDecisions();
  /** To be decided in the next round. */
  private readonly due = new Set<RecordDecision>();
  private readonly rounds = new Rounds(() => this.decide());
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  private asker: RecordAsker | undefined;
  private missedLooks = 0;
  private sizeNeeded = 0;
  /** Whether somebody was refused: then what nobody needs is forgotten, however little it is. */
  private crowded = false;

  constructor(
    private readonly config: Config,
    private readonly rights: RightsService,
    private readonly questions: Questions,
    private readonly database: Database,
    private readonly metrics: MetricsService,
  ) {
    metrics.recordRights.readFrom(() => this.decisions.size);
  }

  serve(asker: RecordAsker): void {
    this.asker = asker;
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

  /** Whether it may, asking the database where that isn't known. @throws CommandError FORBIDDEN, UNAVAILABLE, LIMIT_EXCEEDED */
  async find(principal: Principal, record: RecordId): Promise<boolean> {
    const decision = this.decisions.get(principal, record) ?? this.add(principal, record);
    if (decision.answer === 'yes') return true;
    decision.awaited += 1;
    try {
      await this.rights.askAnew(principal, decision.table);
      await this.decideAgain([decision]);
      if (decision.refusal) throw decision.refusal;
      // It may have been decided otherwise at once: what counts is what is known now.
      return (decision.answer as Answer) === 'yes';
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw unanswered();
      throw error instanceof CommandError ? aboutChannel(error) : error;
    } finally {
      decision.awaited -= 1;
      this.keepIfYes(decision);
    }
  }

  wrote(changes: readonly Change[]): void {
    if (this.decisions.size === 0) return;
    this.review(changes.flatMap(({ key, table }) => [...this.decisions.on(key), ...this.decisions.resting(table)]));
  }

  doubted(): void {
    this.review([...this.decisions]);
  }

  /** The rights of these principals have become others. */
  changed(principals: Iterable<Principal>): void {
    this.review([...principals].flatMap((principal) => [...this.decisions.of(principal)]));
  }

  private add(principal: Principal, record: RecordId): RecordDecision {
    const { limitRecordRights, limitRecordRightsPerPrincipal } = this.config;
    const isFull = this.decisions.size >= limitRecordRights;
    if (isFull || this.decisions.share(principal) >= limitRecordRightsPerPrincipal) {
      this.crowded = true;
      const whom = isFull ? '' : ' for one principal';
      throw new CommandError(
        'UNAVAILABLE',
        `channel: as many records are asked about${whom} as may be; leave channels, or try again later.`,
      );
    }
    const decision = new RecordDecision(principal, record);
    this.decisions.add(decision);
    return decision;
  }

  private keepIfYes(decision: RecordDecision): void {
    if (decision.answer !== 'yes' && decision.awaited === 0) this.decisions.delete(decision);
  }

  /** What can't be asked now isn't known any more: nobody is let in by it. */
  private review(decisions: readonly RecordDecision[]): void {
    if (decisions.length === 0) return;
    this.decideAgain(decisions).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights to records could not be decided.', error);
      this.distrust(decisions);
    });
  }

  private decideAgain(decisions: Iterable<RecordDecision>): Promise<void> {
    for (const decision of decisions) this.due.add(decision);
    return this.rounds.next();
  }

  private distrust(decisions: Iterable<RecordDecision>): void {
    const lost = [...decisions].filter(({ answer }) => answer === 'yes');
    for (const decision of lost) decision.answer = 'unknown';
    this.tell(lost);
  }

  private async decide(): Promise<void> {
    const due = [...this.due];
    this.due.clear();
    if (due.length === 0) return;
    const rows = await this.questions.rows(new Map(due.map(({ key, record }) => [key, record])).values());
    this.metrics.recordRightsAsked.inc(due.length);
    await this.askAbout(due, rows);
    const held = due.filter(({ answer }) => answer === 'yes');
    for (const decision of due) {
      decision.decide(() => this.rights.ofTable(decision.principal, decision.table), rows.get(decision.key));
    }
    this.tell(held.filter(({ answer }) => answer !== 'yes'));
  }

  /** What of the permissions only the database can say of the rows. */
  private async askAbout(due: readonly RecordDecision[], rows: ReadonlyMap<string, DatabaseRow>): Promise<void> {
    const wanted = new Wanted();
    for (const decision of due) {
      const row = rows.get(decision.key);
      const questions = this.questionsOf(decision);
      if (row) wanted.addAll(questions, [row]);
      // Kept first: what happens while the database is asked is decided behind it.
      this.decisions.rest(decision, new Set(questions.flatMap((question) => [...question.readTables()])));
    }
    if (wanted.isEmpty) return;
    const failed = (reason: string) => this.log.warn(`A permission fails for a record: ${reason}`);
    await askRows((text, bindings) => this.questions.ask(text, bindings), wanted, failed);
  }

  private questionsOf({ principal, table }: RecordDecision): readonly RowQuestion[] {
    try {
      return questionsOf(this.rights.ofTable(principal, table));
    } catch (error) {
      if (error instanceof CommandError) return [];
      throw error;
    }
  }

  private tell(lost: readonly RecordDecision[]): void {
    if (lost.length === 0) return;
    this.asker?.lost(new Set(lost.map(({ principal }) => principal)));
    for (const decision of lost) this.keepIfYes(decision);
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
    this.prune();
    const isUnheard = (table: string) => !this.database.tells(table);
    const unheard = [...this.decisions].filter(({ table, tables }) => [table, ...tables].some(isUnheard));
    try {
      if (unheard.length > 0) await this.decideAgain(unheard);
      else await this.questions.ask('RETURN NONE');
      this.missedLooks = 0;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights to records could not be decided.', error);
      this.missedLooks += 1;
      if (this.missedLooks > LOOKS_MISSED) this.distrust([...this.decisions]);
    }
  }

  /** Forgets what nobody asks for any more. */
  private prune(): void {
    const worthwhile = Math.min(2 * this.sizeNeeded + SPARE, this.config.limitRecordRights - 1);
    if (!this.asker || (this.decisions.size <= worthwhile && !this.crowded)) return;
    this.crowded = false;
    const needed = new Set<RecordDecision | undefined>();
    for (const [principal, records] of this.asker.needed()) {
      for (const record of records) needed.add(this.decisions.get(principal, record));
    }
    for (const decision of [...this.decisions]) {
      if (decision.awaited === 0 && !needed.has(decision)) this.decisions.delete(decision);
    }
    this.sizeNeeded = this.decisions.size;
  }
}

function unanswered(): CommandError {
  return new CommandError('UNAVAILABLE', 'channel: the database does not answer now; try again in a moment.');
}

/** What is said of a table is said of the channel that it gives rights to. */
function aboutChannel({ code, message }: CommandError): CommandError {
  return new CommandError(code, message.replace(/^topic:/, 'channel:'));
}
