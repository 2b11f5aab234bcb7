import { Injectable } from '@nestjs/common';
import type { Principal, RecordUser } from '../auth/tokens/principal.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from '../surreal/changes/change.js';
import { Questions } from '../surreal/connection/questions.js';
import { Database } from '../surreal/database.js';
import { Affected } from './affected.js';
import { Definitions } from './definitions.js';
import { PrincipalRights } from './principal-rights.js';
import { Rounds } from './rounds.js';
import { RowQuestions } from './row-questions.js';

/** The principals for which the database's own permissions count, each with the definitions of the tables that it reads. */
@Injectable()
export class KnownPrincipals implements Iterable<PrincipalRights> {
  private readonly definitions: Definitions;
  private readonly rights = new Map<Principal, PrincipalRights>();
  private readonly affected = new Affected();
  /** Tables whose definitions somebody waits for. */
  private readonly unread = new Set<string>();
  private readonly readings = new Rounds(() => this.readUnread());
  /** Those that were found to be defined otherwise when they were read for somebody else: not all have followed. */
  private readonly redefined = new Set<string>();
  private readonly rowQuestions = new RowQuestions();

  constructor(questions: Questions, database: Database, metrics: MetricsService) {
    this.definitions = new Definitions(questions, () => database.selectsAllWithinPermissions);
    metrics.rightsPrincipals.readFrom(() => this.rights.size);
  }

  get isEmpty(): boolean {
    return this.rights.size === 0;
  }

  get(principal: Principal): PrincipalRights | undefined {
    return this.rights.get(principal);
  }

  obtain(principal: Principal, record: RecordUser): PrincipalRights {
    const rights = this.rights.get(principal) ?? new PrincipalRights(principal, record, this.rowQuestions);
    this.rights.set(principal, rights);
    return rights;
  }

  /** Keeps these principals and those that are waited for. */
  retain(principals: ReadonlySet<Principal>): void {
    for (const [principal, rights] of this.rights) {
      if (rights.awaited > 0 || principals.has(principal)) continue;
      this.rights.delete(principal);
      this.affected.remove(rights);
    }
  }

  /** The principals whose rights a change may concern. */
  affectedBy(change: Change): Iterable<PrincipalRights> {
    return this.affected.by(change);
  }

  /** Has a principal's rights to some tables follow what is defined of these. @throws DatabaseUnavailable */
  async define(rights: PrincipalRights, topics: readonly string[]): Promise<void> {
    const unknown = topics.filter((topic) => !this.definitions.covers(topic, rights.user.auth.table.name));
    if (unknown.length > 0) {
      for (const topic of unknown) this.unread.add(topic);
      // However many wait for the same, it is read once.
      await this.readings.next();
    }
    this.affected.remove(rights);
    for (const topic of topics) {
      const permissions = this.definitions.known(topic);
      if (permissions) rights.define(topic, permissions);
      else rights.forget(topic);
    }
    this.affected.add(rights);
  }

  /** Reads again what is defined of all tables that are read. @returns those that are defined otherwise now. @throws DatabaseUnavailable */
  async readDefinitions(): Promise<ReadonlySet<string>> {
    const tables = new Set([...this].flatMap((rights) => [...rights.tables]));
    this.definitions.retain(tables);
    const changed = await this.definitions.read(tables, this.owners);
    const all = new Set([...this.redefined, ...changed]);
    this.redefined.clear();
    return all;
  }

  private async readUnread(): Promise<void> {
    const tables = [...this.unread];
    this.unread.clear();
    const known = tables.filter((table) => this.definitions.known(table));
    const changed = await this.definitions.read(tables, this.owners);
    for (const table of known) if (changed.has(table)) this.redefined.add(table);
  }

  /** The tables that their own records are in. */
  private get owners(): ReadonlySet<string> {
    return new Set([...this].map(({ user }) => user.auth.table.name));
  }

  [Symbol.iterator](): Iterator<PrincipalRights> {
    return this.rights.values();
  }
}
