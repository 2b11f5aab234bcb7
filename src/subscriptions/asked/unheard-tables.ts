import type { Questions } from '../../surreal/connection/questions.js';
import { CommandError } from '../../errors/command-error.js';
import { escapeName } from '../../values/escape-name.js';

/** Rows of a table that are looked at, to know whether they are others. */
const MOST_ROWS = 10_000;

/** Tables without a changefeed, of which nothing tells when they change. Each is looked at from time to time. */
export class UnheardTables {
  private readonly digests = new Map<string, string>();

  constructor(private readonly questions: Questions) {}

  /** Has it known what the tables hold, so that it is found out when they hold something else. @throws CommandError FORBIDDEN, DatabaseUnavailable */
  async watch(tables: Iterable<string>): Promise<void> {
    for (const table of tables) {
      if (this.digests.has(table)) continue;
      const digest = await this.digest(table);
      if (digest === undefined) throw tooLarge(table);
      this.digests.set(table, digest);
    }
  }

  /** Looks at those of some tables that are watched. @returns the tables that hold something else than before */
  async look(tables: ReadonlySet<string>): Promise<readonly string[]> {
    const changed: string[] = [];
    for (const [table, before] of [...this.digests]) {
      if (!tables.has(table)) {
        this.digests.delete(table);
        continue;
      }
      const now = await this.digest(table);
      if (now === before) continue;
      changed.push(table);
      if (now === undefined) this.digests.delete(table);
      else this.digests.set(table, now);
    }
    return changed;
  }

  /** `undefined`: there are too many rows. */
  private async digest(table: string): Promise<string | undefined> {
    const rows = `(SELECT * FROM ${escapeName(table)} LIMIT ${MOST_ROWS + 1})`;
    const [, answer] = await this.questions.ask(
      `LET $rights_rows = ${rows}; RETURN [count($rights_rows), crypto::sha256(<string> $rights_rows)]`,
    );
    const [count, digest] = answer as [number, string];
    return count > MOST_ROWS ? undefined : digest;
  }
}

function tooLarge(table: string): CommandError {
  return new CommandError(
    'FORBIDDEN',
    `topic: its permissions read ${table}, which has no changefeed and more than ${MOST_ROWS} rows: DEFINE TABLE ${table} … CHANGEFEED 3d INCLUDE ORIGINAL.`,
  );
}
