import { CommandError } from '../errors/command-error.js';

/** A message's place, as its cursor tells it. */
export interface CursorParts {
  /** Of which run of numbers it is. */
  readonly run: string;
  /** Of the message in its channel. */
  readonly number: number;
  /** Of a broker that several instances share: when it was published, in ms, and which message that was. */
  readonly shared?: { readonly at: number; readonly mark: string };
}

const CURSOR = /^([\w-]{8})\.([0-9a-z]{1,10})(?:~([0-9a-z]{1,10})\.([\w-]{4}))?$/;

/** Reads the cursor of any broker: one that a client kept from another broker is old, not wrong. @throws CommandError INVALID_CURSOR */
export function parseCursor(text: string): CursorParts {
  const [, run, number, at, mark] = CURSOR.exec(text) ?? [];
  if (run === undefined || number === undefined) {
    throw new CommandError('INVALID_CURSOR', 'since is no cursor of a channel.');
  }
  const shared = at === undefined || mark === undefined ? undefined : { at: parseInt(at, 36), mark };
  return { run, number: parseInt(number, 36), ...(shared && { shared }) };
}

export function cursorText({ run, number, shared }: CursorParts): string {
  const place = `${run}.${number.toString(36)}`;
  return shared ? `${place}~${momentText(shared.at)}.${shared.mark}` : place;
}

/** Messages that come together are of one moment. */
let last = { at: 0, text: '0' };

function momentText(at: number): string {
  if (at !== last.at) last = { at, text: at.toString(36) };
  return last.text;
}
