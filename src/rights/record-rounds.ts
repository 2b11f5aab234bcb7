import { Injectable } from '@nestjs/common';
import { CommandError } from '../errors/command-error.js';
import { LimitedLog } from '../errors/limited-log.js';
import { questionsOf } from '../filter/questions-of.js';
import type { RowQuestion } from '../filter/row-question.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import type { DatabaseRow } from '../values/path.js';
import { askRows } from './asking/ask-rows.js';
import { Wanted } from './asking/wanted.js';
import type { RecordAsker } from './record-asker.js';
import type { RecordDecision } from './record-decision.js';
import { RecordDecisions } from './record-decisions.js';
import { RightsService } from './rights.service.js';
import { Rounds } from './rounds.js';

/** Decides about records, many at a time: by their rows as they are now, and by the rights of principals as they are known. */
@Injectable()
export class RecordRounds {
  private readonly log = new LimitedLog(RecordRounds.name);
  /** To be decided in the next round. */
  private readonly due = new Set<RecordDecision>();
  private readonly rounds = new Rounds(() => this.decide());
  private asker: RecordAsker | undefined;

  constructor(
    private readonly decisions: RecordDecisions,
    private readonly rights: RightsService,
    private readonly questions: Questions,
    private readonly metrics: MetricsService,
  ) {}

  /** From now on this one is told of what is lost. */
  serve(asker: RecordAsker): void {
    this.asker = asker;
  }

  /** @throws DatabaseUnavailable */
  decideAgain(decisions: Iterable<RecordDecision>): Promise<void> {
    for (const decision of decisions) this.due.add(decision);
    return this.rounds.next();
  }

  /** What can't be asked now isn't known any more: nobody is let in by it. */
  review(decisions: readonly RecordDecision[]): void {
    if (decisions.length === 0) return;
    this.decideAgain(decisions).catch((error: unknown) => {
      if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights to records could not be decided.', error);
      this.distrust(decisions);
    });
  }

  /** What was decided is not to be relied on any more. */
  distrust(decisions: Iterable<RecordDecision>): void {
    const lost = [...decisions].filter(({ answer }) => answer === 'yes');
    for (const decision of lost) decision.answer = 'unknown';
    this.announce(lost);
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
    this.announce(held.filter(({ answer }) => answer !== 'yes'));
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

  private announce(lost: readonly RecordDecision[]): void {
    if (lost.length === 0) return;
    this.asker?.lost(new Set(lost.map(({ principal }) => principal)));
    for (const decision of lost) this.decisions.keepIfYes(decision);
  }
}
