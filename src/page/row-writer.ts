import {
  BadRequestException,
  HttpException,
  HttpStatus,
  Injectable,
  ServiceUnavailableException,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { RecordId, ServerError } from 'surrealdb';
import { Config } from '../config/config.js';
import { DatabaseProcess } from '../surreal/connection/database-process.js';
import { DatabaseUnavailable } from '../surreal/connection/database-unavailable.js';
import { retryConflict } from '../surreal/connection/retry-conflict.js';
import { sessionTo } from '../surreal/connection/session-to.js';
import { SupervisedConnection } from '../surreal/connection/supervised-connection.js';
import { isOwnTable } from '../surreal/tables/table-definition.js';
import type { PageSettings } from './page-settings.js';
import type { RowWrite } from './row-write.js';

/** Writes that may be under way, of all requests. */
const AT_ONCE = 1_000;

const STATEMENTS = {
  create: 'CREATE $record CONTENT $values',
  update: 'UPDATE $record MERGE $values',
  delete: 'DELETE $record RETURN BEFORE',
} as const;

/** Writes rows for the page, as an application would, so that the key to the database stays here. */
@Injectable()
export class RowWriter implements BeforeApplicationShutdown {
  private connection: SupervisedConnection | undefined;
  private underWay = 0;

  constructor(
    private readonly config: Config,
    private readonly database: DatabaseProcess,
  ) {}

  /** Where it writes to, or why it doesn't. */
  get target(): PageSettings['writing'] {
    if (!this.database.own) {
      return { refused: 'The database is not the service’s own: write to it with your application.' };
    }
    const { namespace, database } = this.database.endpoint;
    return { namespace, database };
  }

  /** Each row is a statement of its own, and none waits for another. @throws HttpException that says what went wrong */
  async write(writes: readonly RowWrite[]): Promise<void> {
    const { target } = this;
    if ('refused' in target) throw new BadRequestException(target.refused);
    if (this.underWay + writes.length > AT_ONCE) {
      throw new HttpException('Too many rows are being written: try again in a moment.', HttpStatus.TOO_MANY_REQUESTS);
    }
    this.underWay += writes.length;
    const outcomes = await Promise.allSettled(writes.map((write) => this.writeRow(write)));
    this.underWay -= writes.length;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw refusalOf(failed.reason);
  }

  /** Before the database ends, whose end would be reported as a fault otherwise. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.connection?.stop();
  }

  private async writeRow({ action, table, id, values }: RowWrite): Promise<void> {
    if (isOwnTable(table)) throw new BadRequestException(`The table ${table} is the service’s own.`);
    const record = new RecordId(table, id);
    const connection = await this.connected();
    // The first rows of a table conflict with its definition, and with the service that begins to listen to it.
    const [rows] = await retryConflict(() => connection.query(STATEMENTS[action], { record, values }));
    if (Array.isArray(rows) && rows.length === 0) {
      throw new BadRequestException(`There is no record ${record.toString()}.`);
    }
  }

  /** Only once something is written: most services never are tried out. */
  private async connected(): Promise<SupervisedConnection> {
    this.connection ??= new SupervisedConnection('page', sessionTo(this.database, this.config));
    this.connection.start();
    await this.connection.attempted;
    return this.connection;
  }
}

/** What the database says about a row is for who wrote it. */
function refusalOf(error: unknown): unknown {
  if (error instanceof ServerError) return new BadRequestException(error.message);
  if (error instanceof DatabaseUnavailable) return new ServiceUnavailableException(error.message);
  return error;
}
