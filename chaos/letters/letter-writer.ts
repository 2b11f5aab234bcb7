import { setTimeout as delay } from 'node:timers/promises';
import type { Surreal } from 'surrealdb';
import type { TestDatabase } from '../../test/support/database.js';
import { answered } from '../answered.js';
import { CHAMBERS, LETTER_TABLES, LETTERS, PEOPLE, type LetterTable } from './letter-rights.js';
import type { Random } from '../random.js';
import { connectWriter } from '../writer.js';

/** Longer than any fault lasts. */
const ANSWER_MS = 20_000;
const LONGEST_PAUSE_MS = 60;
/** So many letters are there at a time: each is soon gone, so that rights that come later don't cover it. */
const MOST_LETTERS = 16;

/**
 * Writes letters, and changes who may see them, one after the other. Each write can be done twice: what became of it needn't be
 * known, since the database's own record says in which order all was done.
 */
export class LetterWriter {
  /** Writes that the database has acknowledged. */
  writes = 0;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private connection: Surreal | undefined;
  private letters: string[] = [];
  private names = 0;

  constructor(
    private readonly database: TestDatabase,
    private readonly random: Random,
  ) {}

  start(): void {
    this.running = this.run(this.stopping.signal);
  }

  /** Settles when the last write has come to an end: one letter of each kind in each chamber. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const chamber of CHAMBERS) {
      for (const table of LETTER_TABLES) await this.writeUntilDone(this.letter(table, chamber));
    }
    await this.close();
  }

  private async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await this.write(this.next());
      await delay(this.random.between(0, LONGEST_PAUSE_MS), undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  private next(): string {
    const { random, letters } = this;
    const [person, chamber, table] = [random.pick(PEOPLE), random.pick(CHAMBERS), random.pick(LETTER_TABLES)];
    switch (random.between(0, 9)) {
      case 0:
      case 1:
        return givenRight(table, person, chamber);
      case 2:
      case 3:
        return takenRight(table, person, chamber);
      case 4:
        return `UPDATE person:${person} SET trusted = ${random.isOneIn(2)}`;
      case 5:
        return letters.length === 0 ? this.letter(table, chamber) : movedLetter(random.pick(letters), chamber);
      // At once, so that rights that are a moment old would show it.
      case 6:
        return `${takenRight(table, person, chamber)}; ${this.letter(table, chamber)}`;
      default:
        return letters.length < MOST_LETTERS ? this.letter(table, chamber) : `DELETE ${letters.shift()}`;
    }
  }

  /** Each has words that no other one has. */
  private letter(table: LetterTable, chamber: string): string {
    const id = `${table}:l${(this.names += 1)}`;
    this.letters.push(id);
    return `UPSERT ${id} SET chamber = chamber:${chamber}, words = '${canary(this.names)}', seal = '${sealOf(canary(this.names))}'`;
  }

  private async writeUntilDone(statement: string): Promise<void> {
    for (let attempt = 0; !(await this.write(statement)); attempt += 1) {
      if (attempt === 100) throw new Error('The database takes no letter any more.');
      await delay(LONGEST_PAUSE_MS);
    }
  }

  private async write(statement: string): Promise<boolean> {
    try {
      this.connection ??= await connectWriter(this.database);
      await answered(this.connection.query(statement), ANSWER_MS);
      this.writes += 1;
      return true;
    } catch {
      await this.close();
      await delay(LONGEST_PAUSE_MS);
      return false;
    }
  }

  private async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    if (connection) await answered(connection.close(), ANSWER_MS).catch(() => undefined);
  }
}

/** Words that are found in whatever a client is sent. */
export const CANARY = /canary-\d+-(?:words|seal)/g;

function givenRight(table: LetterTable, person: string, chamber: string): string {
  return LETTERS[table].seenBy === 'keeps'
    ? `UPDATE chamber:${chamber} SET keepers = array::union(keepers, [person:${person}])`
    : `RELATE person:${person}->belongs:${person}_${chamber}->chamber:${chamber}`;
}

function takenRight(table: LetterTable, person: string, chamber: string): string {
  return LETTERS[table].seenBy === 'keeps'
    ? `UPDATE chamber:${chamber} SET keepers -= person:${person}`
    : `DELETE belongs:${person}_${chamber}`;
}

function movedLetter(id: string, chamber: string): string {
  return `UPDATE ${id} SET chamber = chamber:${chamber}`;
}

function canary(number: number): string {
  return `canary-${number}-words`;
}

export function sealOf(words: string): string {
  return words.replace('words', 'seal');
}
