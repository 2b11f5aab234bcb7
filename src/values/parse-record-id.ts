import { RecordId, type RecordIdValue } from 'surrealdb';
import { KeyReader } from './key-reader.js';
import { parseInteger } from './parse-scalar.js';
import { parseName } from './record-name.js';

/** Characters of a text that is read as a record id. What is longer is only a text. */
export const LONGEST_RECORD_ID_TEXT = 4096;

const INTEGER = /^-?\d+$/;
const TABLE_IN_BACKTICKS = /^`(?:[^`\\]|\\[^])*`(?=:)/;
const END_OF_BRACKETS = /(?<!\\)⟩:/;

/**
 * The record id that a text names, in the notation of the SDK (`person:⟨a-b⟩`, `person:u"018f…"`, `person:[ s"a", 1 ]`) or
 * in SurrealDB's own (``person:`a-b` ``, `person:u'018f…'`, `person:['a', 1]`). `undefined` for any other text. The time it takes is linear
 * in the text's length: there is one place where the table can end.
 */
export function parseRecordId(text: string): RecordId | undefined {
  return parseAt(text, 0);
}

function parseAt(text: string, level: number): RecordId | undefined {
  if (text.length > LONGEST_RECORD_ID_TEXT) return undefined;
  const end = endOfTable(text);
  const table = end > 0 ? parseName(text.slice(0, end)) : undefined;
  // Neither writes a table of digits bare; `12:30` is a time of day.
  if (table === undefined || INTEGER.test(text.slice(0, end))) return undefined;
  const key = parseKey(text.slice(end + 1), level);
  return key === undefined ? undefined : new RecordId(table, key);
}

function endOfTable(text: string): number {
  if (text.startsWith('`')) return TABLE_IN_BACKTICKS.exec(text)?.[0].length ?? -1;
  if (!text.startsWith('⟨')) return text.indexOf(':');
  const end = text.search(END_OF_BRACKETS);
  // What looks escaped can be the end, too: the SDK doesn't escape a backslash that ends a name.
  return (end === -1 ? text.indexOf('⟩:') : end) + 1;
}

function parseKey(text: string, level: number): RecordIdValue | undefined {
  if (INTEGER.test(text)) return parseInteger(text);
  return parseName(text) ?? KeyReader.read(text, parseAt, level);
}
