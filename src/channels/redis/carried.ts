import type { Message, Publication } from '../broker.js';
import { cursorOf, type Place } from './place.js';

/** A message as it comes from Redis. */
export interface Carried {
  readonly place: Place;
  /** The mark of the message before it. */
  readonly previous: string;
  readonly message: Message;
}

const HEADER = /^([\w-]{8}) (\d{1,16}) (\d{1,16}) ([\w-]{4}) ([\w-]{4})$/;

/** What is handed to Redis of a publication. Redis puts the place before it, in a line of its own. */
export function carriedBody({ event, data, from, time, exclude }: Publication): string {
  return `${JSON.stringify([time, event, from ?? null, exclude ?? null])}\n${data}`;
}

/** @returns undefined for what is none: others can write to the same Redis */
export function parseCarried(channel: string, payload: string): Carried | undefined {
  const first = payload.indexOf('\n');
  const second = payload.indexOf('\n', first + 1);
  if (first < 0 || second < 0) return undefined;
  const [, epoch, number, at, mark, previous] = HEADER.exec(payload.slice(0, first)) ?? [];
  const fields = parseFields(payload.slice(first + 1, second));
  if (epoch === undefined || mark === undefined || previous === undefined || !fields) return undefined;
  const place = { epoch, number: Number(number), at: Number(at), mark };
  return { place, previous, message: { channel, ...fields, data: payload.slice(second + 1), cursor: cursorOf(place) } };
}

function parseFields(json: string): Pick<Message, 'time' | 'event' | 'from' | 'exclude'> | undefined {
  try {
    const [time, event, from, exclude] = JSON.parse(json) as unknown[];
    if (typeof time !== 'string' || typeof event !== 'string') return undefined;
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
