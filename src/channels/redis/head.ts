import type { Place } from './place.js';

/** What Redis keeps of a channel beside its messages: the place of the newest one. */
export interface Head {
  readonly place: Place;
  /** For how long Redis keeps it when nothing is published, in ms. */
  readonly ttl: number;
}

const PLACE = /^([\w-]{8}) (\d{1,16}) (\d{1,16}) ([\w-]{4})$/;
const HEAD = /^([\w-]{8}) (\d{1,16}) (\d{1,16}) ([\w-]{4}) (\d{1,16}) /;

/** Reads a place as the scripts answer it. @returns undefined for what is none */
export function parsePlace(text: unknown): Place | undefined {
  const [, epoch, number, at, mark] = typeof text === 'string' ? (PLACE.exec(text) ?? []) : [];
  if (epoch === undefined || mark === undefined) return undefined;
  return { epoch, number: Number(number), at: Number(at), mark };
}

/** Reads the value of a head's key. @returns undefined for what is none */
export function parseHead(text: unknown): Head | undefined {
  const [, epoch, number, at, mark, ttl] = typeof text === 'string' ? (HEAD.exec(text) ?? []) : [];
  if (epoch === undefined || mark === undefined) return undefined;
  return { place: { epoch, number: Number(number), at: Number(at), mark }, ttl: Number(ttl) };
}
