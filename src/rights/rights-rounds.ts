import { Injectable } from '@nestjs/common';
import type { Principal } from '../auth/tokens/principal.js';
import { LimitedLog } from '../errors/limited-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { Delay } from '../surreal/changes/database-listener.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import type { Query } from '../surreal/connection/sdk-session.js';
import { Database } from '../surreal/database.js';
import { KnownPrincipals } from './known-principals.js';
import { MovedPrincipals } from './moved-principals.js';
import { askConstants } from './principal-constants.js';
import type { PrincipalRights } from './principal-rights.js';
import { Rounds } from './rounds.js';

/** Told of the principals whose rights have become others, before anything more is delivered. */
export type RightsListener = (principals: ReadonlySet<Principal>) => void;

/** Has the database work out the rights of principals, of many at a time, and again when something that they read has changed. */
@Injectable()
export class RightsRounds {
  private readonly log = new LimitedLog(RightsRounds.name);
  /** To be asked for in the next round. */
  private readonly due = new Set<Principal>();
  private moved = new MovedPrincipals();
  /** The newest place in the feed up to which it is known what concerns them. */
  private heardTo: bigint | undefined;
  private readonly rounds = new Rounds(() => this.ask());
  private listener: RightsListener = () => undefined;

  constructor(
    private readonly known: KnownPrincipals,
    private readonly questions: Questions,
    private readonly database: Database,
    private readonly metrics: MetricsService,
  ) {}

  listen(listener: RightsListener): void {
    this.listener = listener;
  }

  /** Has the rights of this principal asked for in the next round. */
  want(principal: Principal): void {
    this.due.add(principal);
  }

  /** Settles when all that are wanted have been asked for. @throws DatabaseUnavailable */
  async next(): Promise<void> {
    if (this.due.size > 0) await this.rounds.next();
  }

  /**
   * Changes that are about to be handed on. Where rights hang on one of them, they are worked out anew first.
   *
   * @returns which of them wait for that; `undefined`: none
   */
  before(changes: readonly Change[]): Delay | undefined {
    if (this.known.isEmpty) return undefined;
    const concerned = new Set<PrincipalRights>();
    let after: number | undefined;
    for (const [n, change] of changes.entries()) {
      for (const rights of this.known.affectedBy(change)) {
        concerned.add(rights);
        this.moved.add(rights.principal, change);
      }
      if (concerned.size > 0) after ??= n;
    }
    if (after === undefined) return undefined;
    this.heardTo = changes.at(-1)?.place?.stamp;
    for (const { principal } of concerned) this.due.add(principal);
    return { after, until: this.refresh() };
  }

  /** Something happened of which it isn't known what. */
  doubt(): void {
    for (const { principal } of this.known) this.due.add(principal);
    void this.refresh();
  }

  /** Tells that the rights of these principals have become others. */
  announce(principals: ReadonlySet<Principal>): void {
    if (principals.size > 0) this.listener(principals);
  }

  /** What can't be asked now isn't known any more: nothing is delivered by it. */
  private async refresh(): Promise<void> {
    const asked = new Set(this.due);
    try {
      await this.rounds.next();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights could not be worked out.', error);
      for (const principal of asked) this.known.get(principal)?.distrust();
      this.listener(asked);
    }
  }

  private async ask(): Promise<void> {
    const due = [...this.due].flatMap((principal) => this.known.get(principal) ?? []);
    this.due.clear();
    if (due.length === 0) return;
    // As they are now: while the database answers, more may be asked of the same principal.
    const asked = due.map(({ user, texts }) => ({ user, texts }));
    const { moved, heardTo } = this;
    this.moved = new MovedPrincipals();
    const alsoAsk = (query: Query) => this.hearMore(query, moved, heardTo);
    const answers = await askConstants(this.questions, asked, alsoAsk).catch((error: unknown) => {
      for (const { principal } of due) this.due.add(principal);
      throw error;
    });
    this.unsettle(moved);
    this.metrics.rightsAsked.inc(due.length);
    const changed = new Set<Principal>();
    for (const [n, rights] of due.entries()) {
      const answer = answers[n];
      if (!answer) continue;
      if (answer.kind === 'failed') this.log.warn(`The permissions of ${rights.principal.id} fail: ${answer.reason}`);
      if (rights.take(answer)) changed.add(rights.principal);
      if (rights.lacksAny) this.due.add(rights.principal);
    }
    this.announce(changed);
    if (this.due.size > 0) void this.refresh();
  }

  /** What is answered is so after all that concerns a principal, be it handed on or not. */
  private async hearMore(query: Query, moved: MovedPrincipals, heardTo: bigint | undefined): Promise<void> {
    if (moved.isEmpty || heardTo === undefined) return;
    const more = await this.database.history.behind(query, heardTo);
    if (more === 'unknown') return moved.addUnknown();
    for (const change of more) {
      for (const { principal } of this.known.affectedBy(change)) moved.addBehind(principal, change);
    }
  }

  /**
   * Where several changes concern a principal, what lies between them in the feed would be delivered by rights that it had before or
   * behind it.
   */
  private unsettle(moved: MovedPrincipals): void {
    const unsettled = moved.movedOften();
    for (const principal of unsettled) this.known.get(principal)?.unsettle();
    this.announce(unsettled);
    for (const principal of unsettled) this.known.get(principal)?.settle();
  }
}
