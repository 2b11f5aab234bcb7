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
  if (text.length > LONGEST_TEXT) return undefined;
  for (const end of endsOfTable(text)) {
    const key = parseKey(text.slice(end + 1));
    const table = key === undefined ? undefined : parseName(text.slice(0, end));
    if (key !== undefined && table !== undefined) return new RecordId(table, key);
  }
  return undefined;
}

/** Where the colon behind the table may be, the likeliest place first. */
function endsOfTable(text: string): readonly number[] {
  if (!text.startsWith('⟨')) return text.includes(':') ? [text.indexOf(':')] : [];
  const ends = [...text.matchAll(/⟩:/g)].map(({ index }) => index + 1);
  const plain = ends.find((end) => text[end - 2] !== '\\');
  // What looks escaped can be the end, too: the SDK doesn't escape a backslash that ends a name.
  return plain === undefined ? ends : [plain, ...ends];
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
