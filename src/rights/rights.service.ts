import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Caller, Principal } from '../auth/tokens/principal.js';
import { PolicyService } from '../auth/policy/policy.service.js';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { LimitedLog } from '../errors/limited-log.js';
import type { RowRights } from '../filter/row-rights.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import type { Query } from '../surreal/connection/sdk-session.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Questions } from '../surreal/connection/questions.js';
import type { Delay } from '../surreal/changes/database-listener.js';
import { Database } from '../surreal/database.js';
import { Affected } from './affected.js';
import { Definitions } from './definitions.js';
import { joinRights } from './join-rights.js';
import { askConstants } from './principal-constants.js';
import { PrincipalRights } from './principal-rights.js';
import { Rounds } from './rounds.js';
import { RowQuestions } from './row-questions.js';
import { notKnownNow, refusal } from './table-permissions.js';
import type { TopicGrant } from './topic-grant.js';

/** Told of the principals whose rights have become others, before anything more is delivered. */
export type RightsListener = (principals: ReadonlySet<Principal>) => void;

/**
 * What callers may see of tables: what the policy says and, where the database's own permissions count, what those say as well.
 * They are worked out once for each principal, and again when something that they read has changed.
 */
@Injectable()
export class RightsService implements OnModuleInit, OnApplicationShutdown {
  private readonly log = new LimitedLog(RightsService.name);
  private readonly definitions: Definitions;
  private readonly principals = new Map<Principal, PrincipalRights>();
  private readonly affected = new Affected();
  private readonly rowQuestions = new RowQuestions();
  /** To be asked for in the next round. */
  private readonly due = new Set<Principal>();
  /** Of these a change is about to be handed on that concerns them; and whether another one comes behind it. */
  private readonly moved = new Map<Principal, { readonly stamps: Set<bigint> }>();
  /** The newest place in the feed up to which it is known what concerns them. */
  private heardTo: bigint | undefined;
  private readonly rounds = new Rounds(() => this.ask());
  private readonly joined = new WeakMap<RowRights, WeakMap<RowRights, RowRights>>();
  /** Tables that are defined otherwise, which not all principals' rights have followed yet. */
  private readonly redefined = new Set<string>();
  private readonly stopping = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  private listener: RightsListener = () => undefined;

  constructor(
    private readonly config: Config,
    private readonly policy: PolicyService,
    private readonly questions: Questions,
    private readonly database: Database,
    private readonly metrics: MetricsService,
  ) {
    this.definitions = new Definitions(questions, () => database.selectsAllWithinPermissions);
    metrics.rightsPrincipals.readFrom(() => this.principals.size);
  }

  listen(listener: RightsListener): void {
    this.listener = listener;
  }

  onModuleInit(): void {
    this.watching = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.watching;
  }

  /**
   * The rights of a caller to a table, asking the database where they aren't known yet.
   *
   * @throws CommandError FORBIDDEN, UNAVAILABLE
   */
  async grant(caller: Caller, topic: string): Promise<TopicGrant> {
    const { principal } = caller;
    if (principal && this.policy.asksDatabase(caller, topic)) await this.prepare(principal, [topic]);
    const now = () => this.current(caller, topic);
    return { rights: now(), now, mayDefine: this.policy.namesTopic(topic) };
  }

  /** Has the rights of a principal to some tables known. @throws CommandError UNAVAILABLE */
  async prepare(principal: Principal, topics: Iterable<string>): Promise<void> {
    const asked = [...topics].filter((topic) => this.policy.asksDatabase({ principal, local: false }, topic));
    await this.makeKnown(principal, asked, (rights) => asked.some((topic) => rights.lacks(topic)));
  }

  /**
   * Has the database asked what the permissions of a table give a principal now, whatever the policy says.
   *
   * @throws CommandError UNAVAILABLE
   */
  async askAnew(principal: Principal, table: string): Promise<void> {
    await this.makeKnown(principal, [table], () => true);
  }

  private async makeKnown(
    principal: Principal,
    asked: readonly string[],
    isDue: (rights: PrincipalRights) => boolean,
  ): Promise<void> {
    const { record } = principal;
    if (!record) return;
    const rights = this.principals.get(principal) ?? new PrincipalRights(principal, record, this.rowQuestions);
    this.principals.set(principal, rights);
    rights.awaited += 1;
    try {
      // From then on it is told of what happens, so that what is answered below can't be out of date.
      await this.define(rights, asked);
      if (isDue(rights)) {
        this.due.add(principal);
        await this.rounds.next();
      }
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      throw new CommandError('UNAVAILABLE', 'topic: the database does not answer now; try again in a moment.');
    } finally {
      rights.awaited -= 1;
    }
  }

  /** The rights as they are known. @throws CommandError FORBIDDEN, UNAVAILABLE */
  current(caller: Caller, topic: string): RowRights {
    const policy = this.policy.policyRights(caller, topic);
    if (!policy) throw new CommandError('FORBIDDEN', 'topic: not allowed to subscribe here.');
    if (!this.policy.asksDatabase(caller, topic)) return policy;
    const own = caller.principal && this.principals.get(caller.principal);
    if (!own) throw notKnownNow();
    return this.join(policy, own.of(topic));
  }

  /**
   * What the permissions of a table give a principal, as it is known, whatever the policy says.
   *
   * @throws CommandError FORBIDDEN, UNAVAILABLE
   */
  ofTable(principal: Principal, table: string): RowRights {
    const rights = this.principals.get(principal);
    if (!rights) throw notKnownNow();
    if (!rights.follows(table)) throw refusal(`there is no table ${table}`);
    return rights.of(table);
  }

  /** These principals alone are there, and those that are waited for. */
  retain(principals: ReadonlySet<Principal>): void {
    for (const [principal, rights] of this.principals) {
      if (rights.awaited > 0 || principals.has(principal)) continue;
      this.principals.delete(principal);
      this.affected.remove(rights);
    }
  }

  /**
   * Changes that are about to be handed on. Where rights hang on one of them, they are worked out anew first.
   *
   * @returns which of them wait for that; `undefined`: none
   */
  before(changes: readonly Change[]): Delay | undefined {
    if (this.principals.size === 0) return undefined;
    const concerned = new Set<PrincipalRights>();
    let after: number | undefined;
    for (const [n, change] of changes.entries()) {
      for (const rights of this.affected.by(change)) {
        concerned.add(rights);
        this.move(rights.principal, change);
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
    for (const principal of this.principals.keys()) this.due.add(principal);
    void this.refresh();
  }

  /** What can't be asked now isn't known any more: nothing is delivered by it. */
  private async refresh(): Promise<void> {
    const asked = new Set(this.due);
    try {
      await this.rounds.next();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights could not be worked out.', error);
      for (const principal of asked) this.principals.get(principal)?.distrust();
      this.listener(asked);
    }
  }

  private async ask(): Promise<void> {
    const due = [...this.due].flatMap((principal) => {
      const rights = this.principals.get(principal);
      return rights ? [{ principal, rights }] : [];
    });
    this.due.clear();
    if (due.length === 0) return;
    const asked = due.map(({ rights: { user, texts } }) => ({ user, texts }));
    const moved = new Map(this.moved);
    this.moved.clear();
    const { heardTo } = this;
    const alsoAsk = (query: Query) => this.hearMore(query, moved, heardTo);
    const answers = await askConstants(this.questions, asked, alsoAsk).catch((error: unknown) => {
      for (const { principal } of due) this.due.add(principal);
      throw error;
    });
    this.unsettle(moved);
    this.metrics.rightsAsked.inc(due.length);
    const changed = new Set<Principal>();
    for (const [n, { principal, rights }] of due.entries()) {
      const answer = answers[n];
      if (!answer) continue;
      if (answer.kind === 'failed') this.log.warn(`The permissions of ${principal.id} fail: ${answer.reason}`);
      if (rights.take(answer)) changed.add(principal);
    }
    if (changed.size > 0) this.listener(changed);
  }

  private move(principal: Principal, { place }: Change): void {
    const { stamps } = this.moved.get(principal) ?? { stamps: new Set<bigint>() };
    this.moved.set(principal, { stamps: stamps.add(place?.stamp ?? -1n) });
  }

  /** What is answered is so after all that concerns a principal, be it handed on or not. */
  private async hearMore(
    query: Query,
    moved: ReadonlyMap<Principal, { readonly stamps: Set<bigint> }>,
    heardTo: bigint | undefined,
  ): Promise<void> {
    if (moved.size === 0 || heardTo === undefined) return;
    const more = await this.database.history.behind(query, heardTo);
    if (more === 'unknown') {
      for (const { stamps } of moved.values()) stamps.add(-1n);
      return;
    }
    for (const change of more) {
      for (const { principal } of this.affected.by(change))
        moved.get(principal)?.stamps.add(change.place?.stamp ?? -1n);
    }
  }

  /**
   * Where several changes concern a principal, what lies between them in the feed would be delivered by rights that it had before or
   * behind it.
   */
  private unsettle(moved: ReadonlyMap<Principal, { readonly stamps: ReadonlySet<bigint> }>): void {
    const unsettled = new Set<Principal>();
    for (const [principal, { stamps }] of moved) {
      if (stamps.size < 2) continue;
      this.principals.get(principal)?.unsettle();
      unsettled.add(principal);
    }
    if (unsettled.size > 0) this.listener(unsettled);
    for (const principal of unsettled) this.principals.get(principal)?.settle();
  }

  private async define(rights: PrincipalRights, topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.definitions.known(topic));
    if (unknown.length > 0) await this.definitions.read(unknown);
    this.affected.remove(rights);
    for (const topic of topics) {
      const permissions = this.definitions.known(topic);
      if (permissions) rights.define(topic, permissions);
      else rights.forget(topic);
    }
    this.affected.add(rights);
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(this.config.rightsRefreshMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || this.principals.size === 0) continue;
      await this.look().catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) this.log.error('Rights could not be looked at.', error);
      });
    }
  }

  /** What no change tells: definitions, and tables whose changes are in no feed. */
  private async look(): Promise<void> {
    const tables = new Set([...this.principals.values()].flatMap((rights) => [...rights.tables]));
    this.definitions.retain(tables);
    for (const table of await this.definitions.read(tables)) this.redefined.add(table);
    const concerned = new Set<Principal>();
    for (const [principal, rights] of this.principals) {
      const redefined = [...rights.tables].filter((table) => this.redefined.has(table));
      if (redefined.length > 0) {
        await this.define(rights, redefined);
        concerned.add(principal);
      }
      if (redefined.length > 0 || this.isUnheard(rights)) this.due.add(principal);
    }
    if (this.due.size === 0) return;
    await this.rounds.next();
    this.redefined.clear();
    if (concerned.size > 0) this.listener(concerned);
  }

  /** Whether rights hang on something whose changes the feed doesn't tell. */
  private isUnheard({ reads, user }: PrincipalRights): boolean {
    const { self, edges, tables, anything } = reads;
    const own = self ? [user.auth.table.name] : [];
    return anything || [...own, ...edges, ...tables].some((table) => !this.database.tells(table));
  }

  /** To the object the same for the same rights: what is compiled of them is kept. */
  private join(policy: RowRights, database: RowRights): RowRights {
    if (!policy.where && !policy.fields) return database;
    const known = this.joined.get(policy)?.get(database);
    if (known) return known;
    const rights = joinRights(policy, database);
    const byDatabase = this.joined.get(policy) ?? new WeakMap<RowRights, RowRights>();
    this.joined.set(policy, byDatabase.set(database, rights));
    return rights;
  }
}
