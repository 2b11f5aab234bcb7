import { Injectable, Logger } from '@nestjs/common';
import { MetricsService } from '../metrics/metrics.service.js';
import type { Change } from './changes/change.js';
import { DatabaseEvents } from './changes/database-events.js';
import { ChangeFeed } from './feed/change-feed.js';
import { LiveTables, type LiveTablesListener } from './live/live-tables.js';
import { TableCatalog, type CatalogListener } from './tables/table-catalog.js';
import type { TableDefinition } from './tables/table-definition.js';

/** Which tables are followed, and in which of both ways their changes come: by the changefeed, or by live queries. */
@Injectable()
export class FollowedTables implements CatalogListener, LiveTablesListener {
  private readonly logger = new Logger('Surreal');
  private readonly followed = new Map<string, TableDefinition>();

  constructor(
    private readonly catalog: TableCatalog,
    private readonly feed: ChangeFeed,
    private readonly liveTables: LiveTables,
    private readonly events: DatabaseEvents,
    private readonly metrics: MetricsService,
  ) {
    catalog.listen(this);
    liveTables.listen(this);
  }

  follows(name: string): boolean {
    return this.followed.has(name);
  }

  changes(changes: readonly Change[]): void {
    this.events.changes(changes);
  }

  interrupted(tables: Iterable<string>): void {
    for (const table of tables) this.events.broken(table, 'interrupted');
  }

  /** A change that came another way than those of its table: what it is about decides who is told of it. */
  strayed(change: Change): void {
    this.metrics.strayedChanges.inc();
    const { table } = change;
    if (this.followed.get(table)?.durable === false) this.events.changes([change]);
    // It is in no feed, and so has no place among what is read from it.
    else if (this.catalog.known(table)?.durable) this.events.broken(table, 'interrupted');
  }

  names(): Iterable<string> {
    return this.followed.keys();
  }

  /** Whether a followed table's changes are read from the changefeed. */
  durably(name: string): boolean {
    return this.followed.get(name)?.durable ?? false;
  }

  /** Begins to tell a table's changes. Once for each table. @throws DatabaseUnavailable */
  async follow(table: TableDefinition): Promise<void> {
    const entry = { ...table };
    this.followed.set(table.name, entry);
    if (table.durable) return this.feed.listen(table.name);
    try {
      await this.liveTables.follow(table.name);
    } catch (error) {
      // It may have been let go and followed anew meanwhile.
      if (this.followed.get(table.name) === entry) this.followed.delete(table.name);
      throw error;
    }
  }

  unfollow(name: string): void {
    // Nobody listens to a table that isn't durable any more: what comes now is told by nothing.
    if (this.followed.get(name)?.durable === false) this.events.broken(name, 'interrupted');
    this.letGo(name);
  }

  tableRemoved(name: string): void {
    if (!this.followed.has(name)) return this.events.broken(name, 'feed_changed');
    const successor = this.catalog.known(name);
    if (successor && !successor.view) return void this.refollow(successor);
    this.letGo(name);
    this.events.removed(name);
  }

  tableRedefined(table: TableDefinition): void {
    void this.refollow(table);
  }

  /** The table's changes come another way from now on, and some may have come neither way. */
  private async refollow(table: TableDefinition): Promise<void> {
    // Whoever was subscribed to it may come back: the log has to know of it, too.
    if (!this.followed.has(table.name)) return this.events.broken(table.name, 'feed_changed');
    this.letGo(table.name);
    try {
      await this.follow(table);
      this.events.broken(table.name, 'feed_changed');
    } catch (error) {
      this.logger.warn(`Table ${table.name} can't be followed: ${String(error)}`);
      this.events.removed(table.name);
    }
  }

  private letGo(name: string): void {
    const table = this.followed.get(name);
    if (!table) return;
    this.followed.delete(name);
    if (table.durable) this.feed.unlisten(name);
    else this.liveTables.unfollow(name);
  }
}
