import { RecordId, Surreal } from '../surrealdb.js';
import type { PageSettings } from '../page-settings.js';
import type { OwnWrites } from './own-writes.js';

export type Values = Record<string, unknown>;
type Endpoint = Extract<PageSettings['writing'], { database: unknown }>['database'];

const BURST = 100;

/** Writes rows as any application does: with SurrealDB's own SDK, straight to the database. */
export class DatabaseWriter {
  private constructor(
    private readonly surreal: Surreal,
    private readonly writes: OwnWrites,
  ) {}

  static async connect(endpoint: Endpoint, writes: OwnWrites): Promise<DatabaseWriter> {
    const { url, namespace, database, username, password } = endpoint;
    const surreal = new Surreal();
    await surreal.connect(url, {
      namespace,
      database,
      authentication: { username, password },
      reconnect: { enabled: true, attempts: -1 },
      // The first rows of a table conflict with its definition, and with the service that begins to listen to it.
      retry: { enabled: true, retryable: (error) => String(error).includes('Transaction conflict') },
    });
    return new DatabaseWriter(surreal, writes);
  }

  /** @returns the record's id */
  async create(table: string, id: string | undefined, values: Values): Promise<string> {
    const record = new RecordId(table, id ?? randomId());
    this.begin('CREATE', record);
    await this.surreal.create<Values>(record).content(values);
    return record.id;
  }

  async update(table: string, id: string, values: Values): Promise<void> {
    const record = new RecordId(table, id);
    this.begin('UPDATE', record);
    const updated = await this.surreal.update<Values>(record).merge(values);
    if (updated === undefined) throw new Error(`There is no record ${record.toString()}.`);
  }

  async delete(table: string, id: string): Promise<void> {
    const record = new RecordId(table, id);
    this.begin('DELETE', record);
    const deleted = await this.surreal.delete<Values>(record);
    if (deleted === undefined) throw new Error(`There is no record ${record.toString()}.`);
  }

  /** A hundred rows, each a statement of its own, none waiting for another. */
  async burst(table: string, values: Values): Promise<void> {
    await Promise.all(
      Array.from({ length: BURST }, (_, index) => this.create(table, undefined, { ...values, n: index + 1 })),
    );
  }

  private begin(action: string, record: RecordId): void {
    this.writes.started(action, record.toString(), performance.now());
  }
}

/** Starts with a letter, so that it needs no brackets in a record id. */
function randomId(): string {
  const digits = crypto.getRandomValues(new Uint32Array(2));
  return `r${Array.from(digits, (digit) => digit.toString(36)).join('')}`.slice(0, 10);
}
