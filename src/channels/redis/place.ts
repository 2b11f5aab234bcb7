import { cursorText, type CursorParts } from '../channel-cursor.js';

/**
 * A message's place in its channel. The mark is a text of chance that names this very message: Redis can be set back, by a failover or
 * an old backup, and then gives the same number to another one.
 */
export interface Place {
  readonly epoch: string;
  readonly number: number;
  /** When it was published, in ms of Redis's time; never earlier than those before it. */
  readonly at: number;
  readonly mark: string;
}

/** The text of a place in Redis, as a pattern with four groups. */
export const PLACE = String.raw`([\w-]{8}) (\d{1,16}) (\d{1,16}) ([\w-]{4})`;

/**
 * Reads a text by a pattern that begins with `PLACE`, and may have one more group.
 * @returns the place, and the text of that group; undefined for what is none
 */
export function readPlace(pattern: RegExp, text: unknown): { place: Place; more: string } | undefined {
  const [, epoch, number, at, mark, more = ''] = typeof text === 'string' ? (pattern.exec(text) ?? []) : [];
  if (epoch === undefined || mark === undefined) return undefined;
  return { place: { epoch, number: Number(number), at: Number(at), mark }, more };
}

/** @returns undefined for a cursor of another broker */
export function placeOf({ run, number, shared }: CursorParts): Place | undefined {
  return shared && { epoch: run, number, ...shared };
}

export function cursorOf({ epoch, number, at, mark }: Place): string {
  return cursorText({ run: epoch, number, shared: { at, mark } });
}

export function samePlace(a: Place, b: Place): boolean {
  return a.epoch === b.epoch && a.number === b.number && a.mark === b.mark;
}

/** Its id in the stream. */
export function streamId({ at, number }: Place): string {
  return `${at}-${number}`;
}
