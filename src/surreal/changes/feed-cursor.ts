import type { FeedPlace } from './change.js';

const FORMAT = /^([0-9a-z]{1,16})-([0-9a-z]{1,13})-([0-9a-z]{1,7})$/;

/** A place in the changefeed of one database, as clients carry it: opaque to them, valid on every instance. */
export function formatCursor(databaseId: string, { stamp, index }: FeedPlace): string {
  return `${databaseId}-${stamp.toString(36)}-${index.toString(36)}`;
}

/** @returns `undefined` for a text that no cursor has. */
export function parseCursor(text: string): { databaseId: string; place: FeedPlace } | undefined {
  const [, databaseId, stamp, index] = FORMAT.exec(text) ?? [];
  if (databaseId === undefined || stamp === undefined || index === undefined) return undefined;
  return { databaseId, place: { stamp: fromBase36(stamp), index: parseInt(index, 36) } };
}

function fromBase36(digits: string): bigint {
  let value = 0n;
  for (const digit of digits) value = value * 36n + BigInt(parseInt(digit, 36));
  return value;
}
