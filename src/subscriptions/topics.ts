import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { CommandError } from '../errors/command-error.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { Database } from '../surreal/database.js';
import { withDeadline } from '../surreal/connection/deadline.js';
import type { TableDefinition } from '../surreal/tables/table-definition.js';
import { AskedChanges } from './asked/asked-changes.js';
import { RowAsker } from './asked/row-asker.js';
import { ChangeLog } from './change-log.js';
import { endStream } from './end-stream.js';
import { rightsChanged } from './rights-changed.js';
import { RowBudget } from './row-budget.js';
import { RowIndex, type RowLimits } from './row-index.js';
import type { Stream } from './stream.js';
import { Topic } from './topic.js';

/** A command waits this long for the database at most. */
const LOOKUP_MS = 2_000;

/** The tables that are subscribed to: each is followed from its first subscriber to its last. */
@Injectable()
export class Topics {
  private readonly byName = new Map<string, Topic>();
  private readonly kept: RowLimits;

  constructor(
    private readonly database: Database,
    private readonly metrics: MetricsService,
    private readonly log: ChangeLog,
    private readonly asker: RowAsker,
    budget: RowBudget,
    { limitRowIndexFields }: Config,
  ) {
    this.kept = { budget, fieldsPerClient: limitRowIndexFields, refused: metrics.unkeptFields };
  }

  get(name: string): Topic | undefined {
    return this.byName.get(name);
  }

  [Symbol.iterator](): IterableIterator<Topic> {
    return this.byName.values();
  }

  /**
   * Does something with an open topic; it stays open at least as long.
   *
   * @param mayDefine whether its table may be defined, where there is none
   * @throws CommandError UNKNOWN_TOPIC, UNAVAILABLE
   */
  async use(name: string, mayDefine: boolean, work: (topic: Topic) => Promise<void>): Promise<void> {
    const topic = this.byName.get(name) ?? (await this.open(name, mayDefine));
    topic.waiting += 1;
    try {
      await this.lookUp(topic.opened);
      await work(topic);
    } finally {
      topic.waiting -= 1;
      this.closeIfIdle(topic);
    }
  }

  /** Settles when it is known that the table can be subscribed to. @throws CommandError UNKNOWN_TOPIC, UNAVAILABLE */
  async find(name: string): Promise<void> {
    check(name, await this.lookUp(this.database.tables.find(name)));
  }

  closeIfIdle(topic: Topic): void {
    if (!topic.idle || !this.isOpen(topic)) return;
    this.byName.delete(topic.name);
    this.database.unfollow(topic.name);
    topic.close();
  }

  /** False when it was closed, or its table removed, meanwhile. */
  isOpen(topic: Topic): boolean {
    return this.byName.get(topic.name) === topic;
  }

  /** The table is gone: whoever subscribes again asks the database whether it is back. */
  forget(topic: Topic): void {
    this.byName.delete(topic.name);
    topic.close();
  }

  /** Waits for the database, but not for long. @throws CommandError UNAVAILABLE */
  async lookUp<T>(work: Promise<T>): Promise<T> {
    try {
      return await withDeadline(LOOKUP_MS, work);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      throw new CommandError('UNAVAILABLE', 'topic: the database does not answer now; try again in a moment.');
    }
  }

  private async open(name: string, mayDefine: boolean): Promise<Topic> {
    // Its table can be found as soon as there is a connection.
    await this.lookUp(this.database.beginning);
    const table = check(name, await this.findTable(name, mayDefine));
    // Another command may have opened it meanwhile.
    return this.byName.get(name) ?? this.follow(table);
  }

  private follow(table: TableDefinition): Topic {
    const { name } = table;
    const { database, log } = this;
    const rows = database.deliversImages ? undefined : new RowIndex({ name, database, log }, this.kept);
    const asked = new AskedChanges<Stream>(name, this.asker, (stream) => endStream(stream, rightsChanged()));
    const topic = new Topic(name, this.metrics, this.log, asked, rows);
    this.byName.set(name, topic);
    topic.opened = this.database.follow(table);
    return topic;
  }

  private async findTable(name: string, mayDefine: boolean): Promise<TableDefinition | undefined> {
    const known = this.database.tables.known(name);
    return known?.durable ? known : this.lookUp(this.database.tables.prepare(name, mayDefine));
  }
}

function check(name: string, table: TableDefinition | undefined): TableDefinition {
  if (!table) throw unknownTopic(name);
  if (table.view) throw viewTopic(name);
  return table;
}

function viewTopic(name: string): CommandError {
  const reason = "is a view (AS SELECT), and SurrealDB doesn't tell its changes: subscribe to what it selects from";
  return new CommandError('UNKNOWN_TOPIC', `topic: ${name} ${reason}.`);
}

export function unknownTopic(name: string): CommandError {
  return new CommandError('UNKNOWN_TOPIC', `topic: there is no table ${name}.`);
}
