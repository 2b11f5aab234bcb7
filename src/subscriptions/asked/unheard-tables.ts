import type { Questions } from '../../surreal/connection/questions.js';
import { CommandError } from '../../errors/command-error.js';
import { Rounds } from '../../rights/rounds.js';
import { escapeName } from '../../values/escape-name.js';

/** Rows of a table that are looked at, to know whether they are others. */
const MOST_ROWS = 10_000;

/** Tables without a changefeed, of which nothing tells when they change. Each is looked at from time to time. */
export class UnheardTables {
  private readonly digests = new Map<string, string>();
  /** Those that nobody needed at the last look. Somebody may be about to. */
  private readonly idle = new Set<string>();
  private readonly rounds = new Map<string, Rounds>();

  constructor(
    private readonly questions: Questions,
    /** Told that a table holds something else than before, or that it isn't known what it held. */
    private readonly changed: (table: string) => void,
  ) {}

  /**
   * Has it known what the tables hold now, so that it is found out when they hold something else: what they held at the last look could
   * come back.
   *
   * @throws CommandError FORBIDDEN, DatabaseUnavailable
   */
  async watch(tables: Iterable<string>): Promise<void> {
    for (const table of tables) {
      this.idle.delete(table);
      await this.renew(table);
      if (!this.digests.has(table)) throw tooLarge(table);
    }
  }

  /** Looks at the tables that are needed. @throws DatabaseUnavailable */
  async look(tables: ReadonlySet<string>): Promise<void> {
    this.forgetIdle(tables);
    for (const table of tables) {
      const isKnown = this.digests.has(table);
      await this.renew(table);
      if (!isKnown) this.changed(table);
    }
  }

  /** However many ask for it, one look at a table is under way at a time. */
  private renew(table: string): Promise<void> {
    const rounds = this.rounds.get(table) ?? new Rounds(() => this.read(table));
    this.rounds.set(table, rounds);
    return rounds.next();
  }

  private async read(table: string): Promise<void> {
    const now = await this.digest(table);
    const before = this.digests.get(table);
    if (now === undefined) this.digests.delete(table);
    else this.digests.set(table, now);
    if (before !== undefined && before !== now) this.changed(table);
  }

  /** What was needed by nobody twice: whoever had it known is there in between, or has gone. */
  private forgetIdle(needed: ReadonlySet<string>): void {
    for (const table of [...this.digests.keys()]) {
      if (needed.has(table)) this.idle.delete(table);
      else if (!this.idle.delete(table)) this.idle.add(table);
      else {
        this.digests.delete(table);
        this.rounds.delete(table);
      }
    }
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
