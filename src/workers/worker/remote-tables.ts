import { Injectable } from '@nestjs/common';
import { escapeName } from '../../values/escape-name.js';
import { FeedConnection } from '../../surreal/connection/feed-connection.js';
import { isOwnTable, readComputedFields, type TableDefinition } from '../../surreal/tables/table-definition.js';
import { Supervisor } from './supervisor.js';

/** The tables of the database as the supervisor knows them, and those of them that are followed for this worker. */
@Injectable()
export class RemoteTables {
  private definitions: ReadonlyMap<string, TableDefinition> = new Map();
  /** Whether the tables that the supervisor follows are followed durably. */
  private durable: ReadonlyMap<string, boolean> = new Map();
  private readonly mine = new Map<string, object>();

  constructor(
    private readonly supervisor: Supervisor,
    private readonly connection: FeedConnection,
  ) {}

  defined(definitions: readonly TableDefinition[]): void {
    this.definitions = new Map(definitions.map((table) => [table.name, table]));
  }

  followedAs(followed: readonly (readonly [string, boolean])[]): void {
    this.durable = new Map(followed);
  }

  /** It isn't followed any more. */
  removed(name: string): void {
    this.mine.delete(name);
  }

  known(name: string): TableDefinition | undefined {
    return isOwnTable(name) ? undefined : this.definitions.get(name);
  }

  /** @throws DatabaseUnavailable */
  async find(name: string): Promise<TableDefinition | undefined> {
    return this.known(name) ?? (await this.supervisor.ask('find', name)) ?? undefined;
  }

  /** @throws DatabaseUnavailable */
  async prepare(name: string, define: boolean): Promise<TableDefinition | undefined> {
    return (await this.supervisor.ask('prepare', { name, define })) ?? undefined;
  }

  /** @throws DatabaseUnavailable */
  async computedFields(name: string): Promise<readonly string[]> {
    const [info] = await this.connection.query(`INFO FOR TABLE ${escapeName(name)} STRUCTURE`);
    return readComputedFields(info);
  }

  durably(name: string): boolean {
    return this.mine.has(name) && (this.durable.get(name) ?? false);
  }

  /** @throws DatabaseUnavailable */
  async follow({ name }: TableDefinition): Promise<void> {
    const claim = {};
    this.mine.set(name, claim);
    try {
      await this.supervisor.ask('follow', name);
    } catch (error) {
      if (this.mine.get(name) === claim) this.mine.delete(name);
      throw error;
    }
    // It was removed, or let go, before the supervisor had followed it.
    if (!this.mine.has(name)) this.supervisor.link.notify('unfollow', name);
  }

  unfollow(name: string): void {
    if (this.mine.delete(name)) this.supervisor.link.notify('unfollow', name);
  }
}
