import type { Message, Publication } from '../broker.js';
import { isJson, isTime } from './foreign-text.js';
import { cursorOf, type Place } from './place.js';

/** A message as it comes from Redis. */
export interface Carried {
  readonly place: Place;
  /** The mark of the message before it. */
  readonly previous: string;
  readonly message: Message;
}

type Fields = Pick<Message, 'time' | 'event' | 'from' | 'exclude'>;

/** Stands between two bodies: JSON can't hold it. */
export const SEPARATOR = '\u001e';

/** Of messages that follow each other: epoch, the first number, their time, the mark of each, and the mark of the one before them. */
const HEADER = /^([\w-]{8}) (\d{1,16}) (\d{1,16}) ((?:[\w-]{4})+) ([\w-]{4})$/;
export const MARK_LENGTH = 4;

/** What is handed to Redis of a publication. Redis puts the place before it, in a line of its own. */
export function carriedBody({ event, data, from, time, exclude }: Publication): string {
  return `${JSON.stringify([time, event, from ?? null, exclude ?? null])}\n${data}`;
}

/**
 * Reads messages of a channel that follow each other.
 * @returns in their order; undefined for what is none: others can write to the same Redis
 */
export function parseCarried(channel: string, payload: string): readonly Carried[] | undefined {
  const end = payload.indexOf('\n');
  const [, epoch = '', first, at, marks = '', before = ''] = HEADER.exec(payload.slice(0, end)) ?? [];
  const bodies = payload.slice(end + 1).split(SEPARATOR);
  if (bodies.length * MARK_LENGTH !== marks.length) return undefined;
  const messages: Carried[] = [];
  let previous = before;
  let fieldsText: string | undefined;
  let fields: Fields | undefined;
  for (const [n, body] of bodies.entries()) {
    const line = body.indexOf('\n');
    const text = body.slice(0, Math.max(0, line));
    // What one connection publishes at once differs in its data.
    if (text !== fieldsText) fields = parseFields(text);
    fieldsText = text;
    const data = body.slice(line + 1);
    if (!fields || !isJson(data)) return undefined;
    const mark = marks.slice(n * MARK_LENGTH, (n + 1) * MARK_LENGTH);
    const place = { epoch, number: Number(first) + n, at: Number(at), mark };
    const { time, event, from, exclude } = fields;
    messages.push({ place, previous, message: { channel, time, event, from, exclude, data, cursor: cursorOf(place) } });
    previous = mark;
  }
  return messages;
}

function parseFields(json: string): Fields | undefined {
  try {
    const [time, event, from, exclude] = JSON.parse(json) as unknown[];
    if (!isTime(time) || typeof event !== 'string') return undefined;
    return {
      time,
      event,
      from: typeof from === 'string' ? from : undefined,
      exclude: typeof exclude === 'string' ? exclude : undefined,
    };
  } catch {
    return undefined;
  }
}
