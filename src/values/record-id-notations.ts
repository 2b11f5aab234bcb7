import { toSurqlString, type DateTime, type RecordId, type RecordIdRange } from 'surrealdb';
import { compareText } from './compare.js';
import { dateTimeText } from './date-time-text.js';
import { kindOf } from './kind.js';
import { parseRecordId } from './parse-record-id.js';
import { quoteText } from './quoted-text.js';
import { recordIdText } from './record-id-text.js';

/** What only texts of ids have that need quoting, in any notation. */
const QUOTES = /[`⟨'"[{]/;
const TABLE = /^(?=.*[A-Za-z_])\w+$/;
const FIELD = /^[A-Za-z_]\w*$/;
const WORD = /^(?!Infinity$|NaN$)(?=.*[A-Za-z])\w+$/;

/**
 * The text by which a record id is known, whichever notation it comes in: the one that clients are sent. Any other text as it is, one
 * that needs no quotes (`org:007`) and one that no tool of SurrealDB writes (`user:⟨abc⟩`) among them: it may name somebody else.
 */
export function canonicalIdText(text: string): string {
  const id = quotedId(text);
  return id !== undefined && isWritten(text, id) ? recordIdText(id) : text;
}

/** Which names of tables are keywords, and quoted, depends on the version. */
function isWritten(text: string, id: RecordId): boolean {
  const written = surrealqlText(id);
  const table = id.table.name;
  return text === written || text === `${quoteText(table, '`')}${written.slice(table.length)}`;
}

/** A value, and if it is the text of a record id that has several, all of them. */
export function notationsOf(value: unknown): readonly unknown[] {
  const id = typeof value === 'string' ? quotedId(value) : undefined;
  return id === undefined ? [value] : [...new Set([value, recordIdText(id), surrealqlText(id)])];
}

function quotedId(text: string): RecordId | undefined {
  return QUOTES.test(text) ? parseRecordId(text) : undefined;
}

/** As SurrealDB's `<string>` has it, tokens and its HTTP API. Names of tables that are keywords differ between versions: they are bare here. */
function surrealqlText(record: RecordId): string {
  const { id } = record;
  const table = record.table.name;
  const key = typeof id === 'string' ? (WORD.test(id) ? id : quoteText(id, '`')) : valueText(id);
  return `${TABLE.test(table) ? table : quoteText(table, '`')}:${key}`;
}

function valueText(value: unknown): string {
  switch (kindOf(value)) {
    case 'string':
      return quoteText(value as string, (value as string).includes("'") ? '"' : "'");
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value)
        ? `${value}f`
        : String(value);
    case 'duration':
      return String(value).replace('us', 'µs');
    case 'uuid':
      return `u'${String(value)}'`;
    case 'datetime':
      return `d'${dateTimeText(value as DateTime)}'`;
    case 'array':
      return `[${(value as unknown[]).map(valueText).join(', ')}]`;
    case 'object': {
      const entries = Object.entries(value as object).sort(([a], [b]) => compareText(a, b));
      return `{ ${entries.map(([key, item]) => `${fieldText(key)}: ${valueText(item)}`).join(', ')} }`;
    }
    case 'set':
      return `{${[...(value as Set<unknown>)].map(valueText).join(', ') || ','}}`;
    case 'record':
      return 'id' in (value as RecordId | RecordIdRange) ? surrealqlText(value as RecordId) : toSurqlString(value);
    default:
      return toSurqlString(value);
  }
}

function fieldText(name: string): string {
  return FIELD.test(name) ? name : quoteText(name, '"');
}
