import { Uuid, type RecordId } from 'surrealdb';
import { parseRecordId } from '../../values/parse-record-id.js';
import { recordIdText } from '../../values/record-id-text.js';
import { PolicyError } from './policy-error.js';
import { checkPlaceholders, fillTemplate, parseTemplate, type Captures, type TemplatePart } from './template.js';

/** A record that a channel's name says, such as `room:{id}`: the table is the rule's, the id may be the client's. */
export interface RecordTemplate {
  readonly table: string;
  readonly parts: readonly TemplatePart[];
}

const TABLE = /^([A-Za-z_]\w*):/;

/** @throws PolicyError */
export function parseRecordTemplate(text: string, place: string, placeholders: readonly string[]): RecordTemplate {
  const parts = parseTemplate(text, place);
  checkPlaceholders('a record', parts, placeholders, place);
  const [first] = parts;
  const table = first?.kind === 'text' ? TABLE.exec(first.text)?.[1] : undefined;
  if (table === undefined || text === `${table}:`) {
    throw new PolicyError(place, 'has to be a record, a table that is named here and an id, such as room:{id}');
  }
  if (parts.length === 1 && !recordFor({ table, parts }, new Map())) {
    throw new PolicyError(place, `${text} is not the id of a record, as clients are sent it`);
  }
  return { table, parts };
}

/**
 * The record in one channel; `undefined` where the name has no plain id there: a text, an integer or a UUID, in the notation that
 * clients are sent. Each record has one such text, and what isn't one names nothing.
 */
export function recordFor({ table, parts }: RecordTemplate, captures: Captures): RecordId | undefined {
  const text = fillTemplate(parts, captures);
  const record = parseRecordId(text);
  if (record?.table.name !== table || recordIdText(record) !== text) return undefined;
  const { id } = record;
  const isPlain = typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' || id instanceof Uuid;
  return isPlain ? record : undefined;
}
