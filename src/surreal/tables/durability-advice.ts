import { isOwnTable, type TableDefinition } from './table-definition.js';

const MOST_NAMED = 20;

/** What to do about tables whose streams are not durable; `undefined` where there are none. */
export function durabilityAdvice(tables: Iterable<TableDefinition>): string | undefined {
  const names = [...tables]
    .filter(({ name, durable, view }) => !durable && !view && !isOwnTable(name))
    .map(({ name }) => name);
  if (names.length === 0) return undefined;
  return (
    `Streams of ${names.slice(0, MOST_NAMED).join(', ')} are not durable: what is missed can't be replayed. ` +
    'For each: ALTER TABLE … CHANGEFEED 3d INCLUDE ORIGINAL'
  );
}
