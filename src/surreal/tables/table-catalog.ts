import { Inject, Injectable, Logger } from '@nestjs/common';
import { ServerError } from 'surrealdb';
import { Config } from '../../config/config.js';
import { escapeName } from '../../values/escape-name.js';
import { DatabaseProcess } from '../connection/database-process.js';
import { DatabaseUnavailable } from '../connection/database-unavailable.js';
import { FeedConnection } from '../connection/feed-connection.js';
import { retryConflict } from '../connection/retry-conflict.js';
import type { SupervisedConnection } from '../connection/supervised-connection.js';
import { FeedReader } from '../feed/feed-reader.js';
import {
  isOwnTable,
  readComputedFields,
  readDatabaseFeed,
  readTableDefinitions,
  type TableDefinition,
} from './table-definition.js';

const FEED = 'CHANGEFEED 3d INCLUDE ORIGINAL';

export interface CatalogListener {
  /** Whether somebody is told of the table's changes. */
  follows(name: string): boolean;
  /** A table is gone, or has come back as another, or as a view. */
  tableRemoved(name: string): void;
  /** Whether the table's changes are durable has changed, or they were not for a while. */
  tableRedefined(table: TableDefinition): void;
}

/**
 * The tables of the database, read again each second: no entry of the changefeed tells that a table was removed or its
 * feed dropped. What was read last is what is known while the database is away.
 */
@Injectable()
export class TableCatalog {
  private readonly logger = new Logger(TableCatalog.name);
  private tables = new Map<string, TableDefinition>();
  private reading: Promise<void> | undefined;
  private listener: CatalogListener | undefined;
  /** Whether the database is known to be the one whose tables these are. */
  private recognised = false;

  /** Whether it adds the changefeeds that are missing. */
  readonly manages: boolean;

  constructor(
    @Inject(FeedConnection) private readonly connection: SupervisedConnection,
    @Inject(FeedReader) private readonly reader: Pick<FeedReader, 'continues' | 'keptFor'>,
    @Inject(DatabaseProcess) { own }: Pick<DatabaseProcess, 'own'>,
    @Inject(Config) private readonly config: Pick<Config, 'manageChangefeeds' | 'surrealDatabase'>,
  ) {
    const { manageChangefeeds } = config;
    this.manages = manageChangefeeds === 'all' || (manageChangefeeds === 'embedded' && own);
  }

  listen(listener: CatalogListener): void {
    this.listener = listener;
  }

  /** What is known without asking. */
  known(name: string): TableDefinition | undefined {
    return isOwnTable(name) ? undefined : this.tables.get(name);
  }

  /** Asks the database when the table isn't known. @throws DatabaseUnavailable */
  async find(name: string): Promise<TableDefinition | undefined> {
    if (!this.tables.has(name)) {
      await this.readAgain();
    }
    return this.known(name);
  }

  /**
   * Finds the table; where the service manages changefeeds, defines it if `define` allows and it is missing, and adds
   * the changefeed it lacks.
   *
   * @throws DatabaseUnavailable
   */
  async prepare(name: string, define: boolean): Promise<TableDefinition | undefined> {
    const table = await this.find(name);
    if (!this.manages || isOwnTable(name)) return table;
    if (table ? table.durable || table.view : !define) return table;
    if (!(table ? await this.addFeed(name) : await this.defineWithFeed(name))) return table;
    await this.readAgain();
    return this.known(name);
  }

  /** In another database: defines anew, where the service manages changefeeds, before any of the tables counts as gone. */
  async restore(names: Iterable<string>): Promise<void> {
    if (this.manages) {
      for (const name of names) await this.defineWithFeed(name);
    }
    await this.reading?.catch(() => undefined);
    this.recognised = true;
    await this.refresh();
  }

  /** The connection broke: the database that is there next may be another. */
  distrust(): void {
    this.recognised = false;
  }

  /** It is the one that it was. */
  recognise(): void {
    this.recognised = true;
  }

  /** Names of the fields that are computed when a record is read. @throws DatabaseUnavailable */
  async computedFields(name: string): Promise<readonly string[]> {
    const [info] = await this.connection.query(`INFO FOR TABLE ${escapeName(name)} STRUCTURE`);
    return readComputedFields(info);
  }

  [Symbol.iterator](): IterableIterator<TableDefinition> {
    return this.tables.values();
  }

  /** All that are known: another object once they were read again. */
  get definitions(): ReadonlyMap<string, TableDefinition> {
    return this.tables;
  }

  /** Reads all definitions. Single flight. @throws DatabaseUnavailable */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /** A table of the wrong kind, or a user that may not: it goes on as it is. */
  private async tryDefine(name: string, statement: string): Promise<boolean> {
    try {
      await retryConflict(() => this.connection.query(statement));
      return true;
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.logger.warn(`Table ${name} can't be given a changefeed: ${error.message}`);
      return false;
    }
  }

  /** A read that is under way may have begun before a table was defined. */
  private async readAgain(): Promise<void> {
    await this.reading?.catch(() => undefined);
    await this.refresh();
  }

  private async read(): Promise<void> {
    const before = this.tables;
    let tables = await this.readDefinitions();
    const gone = [...before.values()].some(({ name, id }) => tables.get(name)?.id !== id);
    // A database that was made anew lacks its tables too, and there they are defined again instead.
    if (gone && !(this.recognised && (await this.reader.continues()))) {
      throw new DatabaseUnavailable('it is not known yet whether the database is the same');
    }
    const bereft = [...before.values()].filter((old) => this.hasLostItsFeed(old, tables.get(old.name)));
    if (bereft.length > 0) {
      for (const { name } of bereft) await this.addFeed(name);
      tables = await this.readDefinitions();
    }
    this.tables = tables;
    // The feed of the database is kept at least as long as that of the table that keeps it longest.
    this.reader.keptFor(Math.max(0, ...[...tables.values()].map(({ retentionMs }) => retentionMs)));
    for (const old of before.values()) {
      const now = tables.get(old.name);
      if (now?.id !== old.id || now.view !== old.view) this.listener?.tableRemoved(old.name);
      else if (now.durable !== old.durable || bereft.includes(old)) this.listener?.tableRedefined(now);
    }
  }

  /** Whether a table that is followed has come back without its changefeed, and may be given it again. */
  private hasLostItsFeed(old: TableDefinition, now: TableDefinition | undefined): boolean {
    if (!this.manages || !now || now.durable || now.view || isOwnTable(old.name)) return false;
    // One that can't be given a changefeed had none the last time, and isn't tried again.
    return old.durable && (this.listener?.follows(old.name) ?? false);
  }

  private defineWithFeed(name: string): Promise<boolean> {
    return this.tryDefine(name, `DEFINE TABLE IF NOT EXISTS ${escapeName(name)} ${FEED}`);
  }

  private addFeed(name: string): Promise<boolean> {
    return this.tryDefine(name, `ALTER TABLE ${escapeName(name)} ${FEED}`);
  }

  private async readDefinitions(): Promise<Map<string, TableDefinition>> {
    // Together: a database far away has commands wait for each answer.
    const [[info], databaseFeed] = await Promise.all([
      this.connection.query('INFO FOR DB STRUCTURE'),
      this.databaseFeed(),
    ]);
    return readTableDefinitions(info, databaseFeed);
  }

  /** A user of the database alone may not ask this; then only the tables' own feeds count. */
  private async databaseFeed(): Promise<boolean> {
    return this.connection.query('INFO FOR NS').then(
      ([info]) => readDatabaseFeed(info, this.config.surrealDatabase),
      (error: unknown) => {
        if (error instanceof DatabaseUnavailable) throw error;
        return false;
      },
    );
  }
}
