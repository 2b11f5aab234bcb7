import { Injectable } from '@nestjs/common';
import type { Caller, Principal } from '../auth/tokens/principal.js';
import { PolicyService } from '../auth/policy/policy.service.js';
import { CommandError } from '../errors/command-error.js';
import type { RowRights } from '../filter/row-rights.js';
import type { Change } from '../surreal/changes/change.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import type { Delay } from '../surreal/changes/database-listener.js';
import { JoinedRights } from './joined-rights.js';
import { KnownPrincipals } from './known-principals.js';
import type { PrincipalRights } from './principal-rights.js';
import { RightsRounds, type RightsListener } from './rights-rounds.js';
import { notKnownNow, refusal } from './table-permissions.js';
import type { TopicGrant } from './topic-grant.js';

/**
 * What callers may see of tables: what the policy says and, where the database's own permissions count, what those say as well.
 * They are worked out once for each principal, and again when something that they read has changed.
 */
@Injectable()
export class RightsService {
  private readonly joined = new JoinedRights();

  constructor(
    private readonly policy: PolicyService,
    private readonly known: KnownPrincipals,
    private readonly rounds: RightsRounds,
  ) {}

  listen(listener: RightsListener): void {
    this.rounds.listen(listener);
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
    const rights = this.known.obtain(principal, record);
    rights.awaited += 1;
    try {
      // From then on it is told of what happens, so that what is answered below can't be out of date.
      await this.known.define(rights, asked);
      if (isDue(rights)) {
        this.rounds.want(principal);
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
    const own = caller.principal && this.known.get(caller.principal);
    if (!own) throw notKnownNow();
    return this.joined.of(policy, own.of(topic));
  }

  /**
   * What the permissions of a table give a principal, as it is known, whatever the policy says.
   *
   * @throws CommandError FORBIDDEN, UNAVAILABLE
   */
  ofTable(principal: Principal, table: string): RowRights {
    const rights = this.known.get(principal);
    if (!rights) throw notKnownNow();
    if (!rights.follows(table)) throw refusal(`there is no table ${table}`);
    return rights.of(table);
  }

  /** These principals alone are there, and those that are waited for. */
  retain(principals: ReadonlySet<Principal>): void {
    this.known.retain(principals);
  }

  /**
   * Changes that are about to be handed on. Where rights hang on one of them, they are worked out anew first.
   *
   * @returns which of them wait for that; `undefined`: none
   */
  before(changes: readonly Change[]): Delay | undefined {
    return this.rounds.before(changes);
  }

  /** Something happened of which it isn't known what. */
  doubt(): void {
    this.rounds.doubt();
  }
}
