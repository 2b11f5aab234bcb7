import { PLACE, readPlace, type Place } from './place.js';

/** What Redis keeps of a channel beside its messages: the place of the newest one. */
export interface Head {
  readonly place: Place;
  /** For how long Redis keeps it when nothing is published, in ms. */
  readonly ttl: number;
}

const ANSWER = new RegExp(`^${PLACE}$`);
const HEAD = new RegExp(`^${PLACE} (\\d{1,16}) `);

/** Reads a place as the scripts answer it. @returns undefined for what is none */
export function parsePlace(text: unknown): Place | undefined {
  return readPlace(ANSWER, text)?.place;
}

/** Reads the value of a head's key. @returns undefined for what is none */
export function parseHead(text: unknown): Head | undefined {
  const head = readPlace(HEAD, text);
  return head && { place: head.place, ttl: Number(head.more) };
}
