import { Uuid, toSurqlString, type RecordId } from 'surrealdb';
import { bytesOf, kindOf } from './kind.js';

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
  if (typeof id !== 'object' || id instanceof Uuid) return record.toString();
  return `${record.table.toString()}:${keyText(id)}`;
}

function isPlain(name: string): boolean {
  return WORD.test(name) && LETTER.test(name);
}

/** As the SDK writes it but for bytes and sets, which it writes all alike or as arrays. */
function keyText(value: unknown): string {
  switch (kindOf(value)) {
    case 'array':
      return `[ ${(value as unknown[]).map(keyText).join(', ')} ]`;
    case 'object': {
      const entries = Object.entries(value as object).map(([key, item]) => `${JSON.stringify(key)}: ${keyText(item)}`);
      return `{ ${entries.join(', ')} }`;
    }
    case 'bytes':
      return `b"${Buffer.from(bytesOf(value)).toString('hex').toUpperCase()}"`;
    case 'set':
      return `{ ${[...(value as Set<unknown>)].map((item) => `${keyText(item)},`).join(' ') || ','} }`;
    default:
      return toSurqlString(value);
  }
}
