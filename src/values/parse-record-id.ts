import { RecordId, type RecordIdValue } from 'surrealdb';
import { KeyReader } from './key-reader.js';
import { parseInteger } from './parse-scalar.js';

const LONGEST_TEXT = 4096;
const WORD = /^\w+$/;
const INTEGER = /^-?\d+$/;

/**
 * The record id that a text names, as the SDK and SurrealDB write it: `person:1`, `person:⟨a-b⟩`, `person:u"018f…"`,
 * `person:[ s"a", 1 ]`. `undefined` for any other text.
 */
export function parseRecordId(text: string): RecordId | undefined {
  const end = text.length > LONGEST_TEXT ? -1 : endOfTable(text);
  if (end < 1) return undefined;
  const table = parseName(text.slice(0, end));
  const key = parseKey(text.slice(end + 1));
  return table === undefined || key === undefined ? undefined : new RecordId(table, key);
}

/** Where the colon behind the table is. */
function endOfTable(text: string): number {
  if (!text.startsWith('⟨')) return text.indexOf(':');
  let close = text.indexOf('⟩:');
  while (close > 0 && text[close - 1] === '\\') close = text.indexOf('⟩:', close + 1);
  // The SDK doesn't escape a backslash that ends a name.
  return (close > 0 ? close : text.indexOf('⟩:')) + 1;
}

function parseName(text: string): string | undefined {
  if (WORD.test(text)) return text;
  if (text.length < 2 || !text.startsWith('⟨') || !text.endsWith('⟩')) return undefined;
  return text.slice(1, -1).replaceAll('\\⟩', '⟩');
}

function parseKey(text: string): RecordIdValue | undefined {
  if (INTEGER.test(text)) return parseInteger(text);
  return parseName(text) ?? KeyReader.read(text, parseRecordId);
}
