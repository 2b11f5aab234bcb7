import { Uuid, toSurqlString, type DateTime, type RecordId, type RecordIdRange } from 'surrealdb';
import { compareText } from './compare.js';
import { dateTimeText } from './date-time-text.js';
import { bytesOf, kindOf } from './kind.js';
import { quoteText } from './quoted-text.js';

const WORD = /^\w+$/;
const LETTER = /[A-Za-z]/;

/**
 * A record id as text: the SDK's own (`person:1`, `person:⟨1⟩` where the id is text, `person:⟨a-b⟩`,
 * `person:u"018f…"`, `person:[ s"a", 1 ]`). Different ids have different texts, so that it also serves as a key.
 */
export function recordIdText(record: RecordId): string {
  const { id } = record;
  const table = record.table.name;
  if (typeof id === 'string' && isPlain(id) && isPlain(table)) return `${table}:${id}`;
  const text =
    typeof id !== 'object' || id instanceof Uuid ? record.toString() : `${record.table.toString()}:${keyText(id)}`;
  // The SDK doesn't escape a backslash that ends the table's name: the name could end elsewhere as well.
  if (!table.endsWith('\\') || text.split('⟩:').length === 2) return text;
  return `${quoteText(table, '`')}${text.slice(record.table.toString().length)}`;
}

function isPlain(name: string): boolean {
  return WORD.test(name) && LETTER.test(name);
}

/** As the SDK writes it but for bytes (it writes all alike), sets (as arrays) and datetimes (rounded). */
function keyText(value: unknown): string {
  switch (kindOf(value)) {
    case 'array':
      return `[ ${(value as unknown[]).map(keyText).join(', ')} ]`;
    case 'object': {
      const entries = Object.entries(inOrder(value as object));
      return `{ ${entries.map(([key, item]) => `${JSON.stringify(key)}: ${keyText(item)}`).join(', ')} }`;
    }
    case 'bytes':
      return `b"${Buffer.from(bytesOf(value)).toString('hex').toUpperCase()}"`;
    case 'set':
      return `{ ${[...(value as Set<unknown>)].map((item) => `${keyText(item)},`).join(' ') || ','} }`;
    case 'datetime':
      return `d"${dateTimeText(value as DateTime)}"`;
    case 'record':
      return isRange(value as RecordId | RecordIdRange)
        ? toSurqlString(value)
        : `r${JSON.stringify(recordIdText(value as RecordId))}`;
    default:
      return toSurqlString(value);
  }
}

/** The order in which SurrealDB sends fields, and JavaScript then holds them. */
function inOrder(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => compareText(a, b)));
}

function isRange(record: RecordId | RecordIdRange): record is RecordIdRange {
  return !('id' in record);
}
