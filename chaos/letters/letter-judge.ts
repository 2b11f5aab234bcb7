import type { FeedChange } from '../../test/support/feed.js';
import { letterText, type LetterReader } from './letter-reader.js';
import { sealOf } from './letter-writer.js';
import { LETTERS, PEOPLE, type LetterTable } from './letter-rights.js';
import type { Violation } from '../violation.js';

/** Clocks of processes on one machine, in the milliseconds that a versionstamp has. */
const CLOCK_MS = 2;

/** Milliseconds of the database's clock; an end that has not come is Infinity. */
interface Stretch {
  readonly from: number;
  to: number;
}

interface Letter {
  readonly id: string;
  readonly seenBy: (typeof LETTERS)[LetterTable]['seenBy'];
  readonly words: string;
  /** Where it was, one after the other. */
  readonly places: { readonly chamber: string; readonly from: number }[];
  isGone: boolean;
}

type Judged = Pick<LetterReader, 'name' | 'person' | 'told' | 'texts' | 'status'>;

/** Who could see which letters when, as the database itself recorded it. */
export class LetterJudge {
  /** By `person belongs chamber` and `person keeps chamber`, and by `person` whether it was trusted. */
  private readonly rights = new Map<string, Stretch[]>();
  private readonly byWords = new Map<string, Letter>();
  private readonly byId = new Map<string, Letter>();

  constructor(feed: readonly FeedChange[]) {
    const edges = new Map<string, string>();
    for (const { table, id, action, after, versionstamp } of feed) {
      const at = Number(versionstamp >> 16n);
      if (isLetters(table)) this.letter(id, table, after, at);
      else if (table === 'chamber') this.keepers(id, after?.['keepers'], at);
      else if (table === 'person') this.set(id, after?.['trusted'] === true, at);
      else if (table === 'belongs') {
        const right = after ? `${String(after['in'])} belongs ${String(after['out'])}` : edges.get(id);
        if (right === undefined) continue;
        edges.set(id, right);
        this.set(right, action !== 'DELETE', at);
      }
    }
  }

  /** What a reader was told that it could not see at any time up to then, and what it has that is not what it sees now. */
  judge({ name: subscriber, person, told, texts, status }: Judged): Violation[] {
    const leaks = [...told].flatMap(([canary, at]): Violation[] => {
      const reason = this.leak(`person:${person}`, canary, at + CLOCK_MS);
      return reason === undefined ? [] : [{ kind: 'leak', subscriber, detail: `${canary}: ${reason}`, at }];
    });
    const wanted = this.seenNow(`person:${person}`);
    if (status === 'current' && wanted.join() === texts.join()) return leaks;
    const detail = `${status}: has ${texts.join(', ')}, and sees ${wanted.join(', ')}`;
    return [...leaks, { kind: 'wrong rows', subscriber, detail }];
  }

  get rightsGiven(): number {
    return [...this.rights.values()].reduce((sum, stretches) => sum + stretches.length, 0);
  }

  /** Of words that the database has dropped nothing is known: they were true when they were told. */
  private leak(person: string, canary: string, at: number): string | undefined {
    const isSeal = canary.endsWith('-seal');
    const letter = this.byWords.get(canary) ?? this.byWords.get(canary.replace('seal', 'words'));
    if (!letter) return undefined;
    const [first] = letter.places;
    if (isSeal && first && !this.had(person, first.from, at)) return 'it was not trusted';
    const sees = letter.places.some(({ chamber, from }) => this.had(`${person} ${letter.seenBy} ${chamber}`, from, at));
    return sees ? undefined : `it was in ${letter.places.map(({ chamber }) => chamber).join(', ')} alone`;
  }

  /** Whether a right was there at some time between two. */
  private had(right: string, from: number, to: number): boolean {
    return (this.rights.get(right) ?? []).some((stretch) => stretch.from <= to && stretch.to >= from);
  }

  private has(right: string): boolean {
    return this.rights.get(right)?.at(-1)?.to === Infinity;
  }

  private seenNow(person: string): readonly string[] {
    const letters = [...this.byId.values()].filter(({ isGone, places, seenBy }) => {
      return !isGone && this.has(`${person} ${seenBy} ${places.at(-1)?.chamber}`);
    });
    return letters.map(({ id, words }) => letterText(id, words, this.has(person) ? sealOf(words) : undefined)).sort();
  }

  private letter(id: string, table: LetterTable, after: FeedChange['after'], at: number): void {
    const known = this.byId.get(id);
    if (!after) {
      if (known) known.isGone = true;
      return;
    }
    const letter = known ?? { id, ...LETTERS[table], words: String(after['words']), places: [], isGone: false };
    letter.isGone = false;
    letter.places.push({ chamber: String(after['chamber']), from: at });
    this.byId.set(id, letter);
    this.byWords.set(letter.words, letter);
  }

  private keepers(chamber: string, keepers: unknown, at: number): void {
    const there = new Set(Array.isArray(keepers) ? keepers.map(String) : []);
    for (const name of PEOPLE) this.set(`person:${name} keeps ${chamber}`, there.has(`person:${name}`), at);
  }

  private set(right: string, isThere: boolean, at: number): void {
    const stretches = this.rights.get(right) ?? [];
    this.rights.set(right, stretches);
    const last = stretches.at(-1);
    const isOpen = last?.to === Infinity;
    if (isThere && !isOpen) stretches.push({ from: at, to: Infinity });
    else if (!isThere && last && isOpen) last.to = at;
  }
}

function isLetters(table: string): table is LetterTable {
  return table in LETTERS;
}
