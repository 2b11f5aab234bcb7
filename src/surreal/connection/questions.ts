import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { RecordId } from 'surrealdb';
import { Config } from '../../config/config.js';
import type { DatabaseRow } from '../../values/path.js';
import { recordIdText } from '../../values/record-id-text.js';
import { DatabaseProcess } from './database-process.js';
import type { Query } from './sdk-session.js';
import { sessionTo } from './session-to.js';
import { SupervisedConnection } from './supervised-connection.js';

/** Records that are asked for in one query. */
const RECORDS_AT_ONCE = 1_000;

type Row = DatabaseRow & { readonly id: RecordId };

/** A connection for what is asked now and then, so that nothing of it waits behind the changefeed, or the changefeed behind it. */
@Injectable()
export class Questions implements OnApplicationShutdown {
  private readonly connection: SupervisedConnection;

  constructor(config: Config, process: DatabaseProcess) {
    this.connection = new SupervisedConnection('questions', sessionTo(process, config));
  }

  onApplicationShutdown(): Promise<void> {
    return this.connection.stop();
  }

  /** Of some records those that are there, by their text. @throws DatabaseUnavailable */
  async existing(records: readonly RecordId[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for await (const ids of this.askInPieces('SELECT VALUE id FROM $ids', records)) {
      for (const text of textsOfExisting(ids)) found.add(text);
    }
    return found;
  }

  /** Of some records the rows that are there, by their text. @throws DatabaseUnavailable */
  async rows(records: Iterable<RecordId>): Promise<ReadonlyMap<string, DatabaseRow>> {
    const found = new Map<string, DatabaseRow>();
    for await (const rows of this.askInPieces('SELECT * FROM $ids', [...records])) {
      for (const row of rows as readonly (Row | undefined)[]) if (row) found.set(recordIdText(row.id), row);
    }
    return found;
  }

  /** Asks several things of one state of the database. Nothing that is asked is committed. @throws DatabaseUnavailable */
  async atOneState<T>(work: (query: Query) => Promise<T>): Promise<T> {
    await this.connected();
    return this.connection.readTransaction(work);
  }

  /** One answer a statement. @throws DatabaseUnavailable, or the server's error */
  async ask(text: string, bindings: Record<string, unknown> = {}): Promise<unknown[]> {
    await this.connected();
    return this.connection.query(text, bindings);
  }

  /** Asks the same of some records after the others. @returns the answers */
  private async *askInPieces(text: string, records: readonly RecordId[]): AsyncGenerator<unknown> {
    for (let start = 0; start < records.length; start += RECORDS_AT_ONCE) {
      const [answer] = await this.ask(text, { ids: records.slice(start, start + RECORDS_AT_ONCE) });
      yield answer;
    }
  }

  /** Nobody may need it: it is connected when it is first asked. */
  private connected(): Promise<void> {
    this.connection.start();
    return this.connection.attempted;
  }
}

/** Of the answer to `SELECT VALUE id FROM` some records. The embedded engine says NONE for one that is gone, a server leaves it out. */
export function textsOfExisting(rows: unknown): ReadonlySet<string> {
  return new Set((rows as readonly (RecordId | undefined)[]).flatMap((id) => (id ? recordIdText(id) : [])));
}
