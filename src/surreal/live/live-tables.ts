import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { Change } from '../changes/change.js';
import { DatabaseProcess } from '../connection/database-process.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { withDeadline } from '../connection/deadline.js';
import { sessionTo } from '../connection/session-to.js';
import { LIVE_CHANGE_PROJECTION, liveChange } from './live-change.js';
import { LiveQueries } from './live-queries.js';
import { QUIET_MS, QuietTables } from './quiet-tables.js';

const FIRST_SESSION_MS = 2_000;

export interface LiveTablesListener {
  changes(changes: readonly Change[]): void;
  /** A change of another table than the one that was listened to. */
  strayed(change: Change): void;
  interrupted(tables: Iterable<string>): void;
}

/** The changes of tables without a full changefeed, as live queries tell them: not in order, and not after a break. */
@Injectable()
export class LiveTables {
  private readonly instance = randomBytes(6).toString('base64url');
  private readonly tables = new Set<string>();
  private readonly queries: LiveQueries;
  private readonly quiet: QuietTables;
  private newest = this.draw();
  private started = false;
  private listener: LiveTablesListener | undefined;

  constructor(process: DatabaseProcess, config: Config) {
    // A live query that nobody needs any more is kept until its table told nothing for so long.
    this.quiet = new QuietTables(process.embedded ? 0 : QUIET_MS);
    this.queries = new LiveQueries(
      {
        ...sessionTo(process, config),
        name: 'live tables',
        projection: LIVE_CHANGE_PROJECTION,
        mayKill: (table) => this.quiet.isQuiet(table, performance.now()),
      },
      {
        message: (table, message) => {
          this.quiet.written(table, performance.now());
          if (!this.tables.has(table)) return;
          const change = liveChange(message, this.nextCursor());
          if (!change) return;
          if (change.table === table) this.listener?.changes([change]);
          else this.listener?.strayed(change);
        },
        interrupted: () => undefined,
        // Told once the live queries are there again: what is read before that could miss what comes between.
        restored: (tables) => this.listener?.interrupted(tables),
      },
    );
  }

  /** From now on this one is told. To be called before any table is followed. */
  listen(listener: LiveTablesListener): void {
    this.listener = listener;
  }

  /** Where a subscription that begins now begins. */
  get cursor(): string {
    return this.newest;
  }

  /** @throws DatabaseUnavailable when the table can't be listened to for now. */
  async follow(table: string): Promise<void> {
    if (!this.started) {
      this.started = true;
      this.queries.start();
    }
    this.quiet.watch(table, performance.now());
    // Before anything is awaited: it may not be wanted any more when that is through.
    this.tables.add(table);
    try {
      await withDeadline(FIRST_SESSION_MS, this.queries.firstSession);
      await this.queries.want(this.tables);
      if (!this.queries.hears(table)) throw new DatabaseUnavailable(`table ${table} can't be listened to`);
    } catch (error) {
      this.unfollow(table);
      throw error;
    }
  }

  /** As a change that a live query told, where it came from the feed of another table. */
  adopt({ table, id, action, after, time }: Change): Change {
    const previous = { kind: 'unknown' } as const;
    return new Change({ table, id, action, ...(after && { after }), previous, cursor: this.nextCursor(), time });
  }

  /** Tries again what could not be listened to. */
  async retry(): Promise<void> {
    this.quiet.retain((table) => this.tables.has(table) || this.queries.hears(table));
    if (this.started) await this.queries.want(this.tables);
  }

  /** Begins a new session, whose start is an interruption of every table. */
  renew(reason: string): void {
    this.queries.renew(reason);
  }

  unfollow(table: string): void {
    if (this.tables.delete(table)) void this.queries.want(this.tables);
  }

  async stop(): Promise<void> {
    if (this.started) await this.queries.stop();
  }

  private nextCursor(): string {
    this.newest = this.draw();
    return this.newest;
  }

  /** A text of chance: numbers would count the changes of all tables, and of rows that aren't shown. */
  private draw(): string {
    return `${this.instance}~${randomBytes(6).toString('base64url')}`;
  }
}
