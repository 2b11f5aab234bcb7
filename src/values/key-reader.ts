import { RecordId, Table, Uuid, type RecordIdValue } from 'surrealdb';
import { parseDateTime } from './date-time-text.js';
import { parseDecimal, parseDuration, parseInteger } from './parse-scalar.js';
import { unescapeText } from './quoted-text.js';
import { parseName } from './record-name.js';

const MOST_LEVELS = 8;

const SPACE = /\s*/y;
const QUOTED = /([surdb]?)("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')/y;
const DURATION = /(?:\d+(?:ns|us|µs|μs|ms|s|m|h|d|w|y))+(?!\w)/y;
const NUMBER = /(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(f|dec)?(?![\w.])/iy;
const WORD = /(?:NONE|NULL|true|false|NaN|-?Infinity)(?![\w:])/iy;
const NAME = /`(?:[^`\\]|\\[^])*`|⟨(?:[^⟩\\]|\\[^])*⟩|\w+/y;
const INTEGER = /-?\d+(?!\w)/y;
const HEXADECIMAL = /^(?:[0-9A-F]{2})*$/i;
const FIELD = /(\w+)|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;

const WORDS: Readonly<Record<string, unknown>> = {
  none: undefined,
  null: null,
  true: true,
  false: false,
  nan: NaN,
  infinity: Infinity,
  '-infinity': -Infinity,
};

/** Reads a text that is a whole record id, so deep within another. */
type ReadRecordId = (text: string, level: number) => RecordId | undefined;

/** Reads the key of a record id that is an array, an object or a uuid. */
export class KeyReader {
  private position = 0;

  private constructor(
    private readonly text: string,
    private readonly readRecordId: ReadRecordId,
  ) {}

  /**
   * @param readRecordId reads the record ids that are quoted within the key: keys and record ids contain each other.
   * @returns `undefined` for what is no such key.
   */
  static read(text: string, readRecordId: ReadRecordId, level: number): RecordIdValue | undefined {
    if (!/^(?:[[{]|u["'])/.test(text)) return undefined;
    try {
      const reader = new KeyReader(text, readRecordId);
      const value = reader.value(level);
      // Its first characters say that it is one of the three, or a set, which is no key.
      return reader.position === text.length && !(value instanceof Set) ? (value as RecordIdValue) : undefined;
    } catch {
      return undefined;
    }
  }

  private value(level: number): unknown {
    if (level > MOST_LEVELS) throw new SyntaxError('too deep');
    if (this.skip('[')) return this.items(']', level);
    if (this.skip('{')) return this.namesField() ? this.object(level) : this.set(level);
    const quoted = this.match(QUOTED);
    if (quoted) return this.quoted(quoted[1] ?? '', quoted[2] ?? '', level);
    const duration = this.match(DURATION);
    if (duration) return known(parseDuration(duration[0]));
    const number = this.match(NUMBER);
    if (number) return readNumber(number[1] ?? '', number[2] ?? '');
    const word = this.match(WORD);
    if (word) return WORDS[word[0].toLowerCase()];
    return this.named(level);
  }

  /** A record id that isn't quoted, as SurrealDB writes it, or a table. */
  private named(level: number): RecordId | Table {
    const table = known(parseName(this.name()));
    return this.skip(':') ? new RecordId(table, this.key(level + 1)) : new Table(table);
  }

  private name(): string {
    return known(this.match(NAME)?.[0]);
  }

  private key(level: number): RecordIdValue {
    const integer = this.match(INTEGER);
    if (integer) return known(parseInteger(integer[0]));
    if (!/[[{]|u["']/y.test(this.text.slice(this.position, this.position + 2))) return known(parseName(this.name()));
    const value = this.value(level);
    if (value instanceof Set) throw new SyntaxError('not a key');
    // The first characters say that it is an array, an object or a uuid.
    return value as RecordIdValue;
  }

  private items(end: string, level: number): unknown[] {
    const items: unknown[] = [];
    while (!this.skip(end)) {
      items.push(this.value(level + 1));
      if (!this.skip(',')) {
        this.expect(end);
        break;
      }
    }
    return items;
  }

  /** Behind `{`: whether fields follow, or nothing at all. Else it is a set. */
  private namesField(): boolean {
    const { position } = this;
    const named = this.match(FIELD) !== null && this.text[this.position] === ':';
    this.position = position;
    return named || this.text[position] === '}';
  }

  private set(level: number): Set<unknown> {
    if (!this.skip(',')) return new Set(this.items('}', level));
    this.expect('}');
    return new Set();
  }

  private object(level: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.skip('}')) {
      const field = this.match(FIELD);
      if (!field) throw new SyntaxError('not a field');
      this.expect(':');
      entries.push([field[1] ?? unquote(field[0]), this.value(level + 1)]);
      if (!this.skip(',')) {
        this.expect('}');
        break;
      }
    }
    return Object.fromEntries(entries);
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match) this.advance(match[0].length);
    return match;
  }

  private skip(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.advance(1);
    return true;
  }

  private expect(character: string): void {
    if (!this.skip(character)) throw new SyntaxError(`expected ${character}`);
  }

  private advance(length: number): void {
    SPACE.lastIndex = this.position + length;
    SPACE.exec(this.text);
    this.position = SPACE.lastIndex;
  }

  private quoted(prefix: string, quoted: string, level: number): unknown {
    const text = unquote(quoted);
    switch (prefix) {
      case 'u':
        return new Uuid(text);
      case 'd':
        return known(parseDateTime(text));
      case 'b':
        return HEXADECIMAL.test(text) ? new Uint8Array(Buffer.from(text, 'hex')) : known(undefined);
      case 'r':
        return known(this.readRecordId(text, level + 1));
      default:
        return text;
    }
  }
}

function unquote(quoted: string): string {
  return known(unescapeText(quoted.slice(1, -1)));
}

function readNumber(digits: string, suffix: string): unknown {
  if (suffix.toLowerCase() === 'dec') return known(parseDecimal(digits));
  if (suffix === '' && /^-?\d+$/.test(digits)) return known(parseInteger(digits));
  const number = Number(digits);
  return known(Math.abs(number) <= Number.MAX_SAFE_INTEGER ? number : undefined);
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new SyntaxError('out of range');
  return value;
}
