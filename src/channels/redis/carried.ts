import type { Message, Publication } from '../broker.js';
import { isJson, isTime } from './foreign-text.js';
import { cursorOf, PLACE, readPlace, type Place } from './place.js';

/** A message as it comes from Redis. */
export interface Carried {
  readonly place: Place;
  /** The mark of the message before it. */
  readonly previous: string;
  readonly message: Message;
}

const HEADER = new RegExp(`^${PLACE} ([\\w-]{4})$`);

/** What is handed to Redis of a publication. Redis puts the place before it, in a line of its own. */
export function carriedBody({ event, data, from, time, exclude }: Publication): string {
  return `${JSON.stringify([time, event, from ?? null, exclude ?? null])}\n${data}`;
}

/** @returns undefined for what is none: others can write to the same Redis */
export function parseCarried(channel: string, payload: string): Carried | undefined {
  const first = payload.indexOf('\n');
  const second = payload.indexOf('\n', first + 1);
  if (first < 0 || second < 0) return undefined;
  const header = readPlace(HEADER, payload.slice(0, first));
  const fields = parseFields(payload.slice(first + 1, second));
  if (!header || !fields) return undefined;
  const data = payload.slice(second + 1);
  if (!isJson(data)) return undefined;
  const { place, more: previous } = header;
  return { place, previous, message: { channel, ...fields, data, cursor: cursorOf(place) } };
}

function parseFields(json: string): Pick<Message, 'time' | 'event' | 'from' | 'exclude'> | undefined {
  try {
    const [time, event, from, exclude] = JSON.parse(json) as unknown[];
    if (!isTime(time) || typeof event !== 'string') return undefined;
    return {
      time,
      event,
      ...(typeof from === 'string' && { from }),
      ...(typeof exclude === 'string' && { exclude }),
    };
  } catch {
    return undefined;
  }
}
