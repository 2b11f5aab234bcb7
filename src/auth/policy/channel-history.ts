import { PolicyError } from './policy-error.js';
import { objectWith } from './policy-object.js';

/** How much of a channel is kept for those who come back: whichever bound is reached first. */
export interface HistoryRule {
  /** Messages. */
  readonly size: number;
  /** Milliseconds. */
  readonly age: number;
}

const MAX_SIZE = 10_000;
const MAX_DAYS = 30;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** In development without a policy file, and what a `history` that leaves a bound out has for it. */
export const DEFAULT_HISTORY: HistoryRule = { size: 100, age: 5 * UNIT_MS.m };

/** @throws PolicyError naming the place */
export function parseHistory(json: unknown, place: string): HistoryRule {
  const { size, age } = objectWith(place, json, ['size', 'age']);
  return {
    size: size === undefined ? DEFAULT_HISTORY.size : parseSize(size, `${place}.size`),
    age: age === undefined ? DEFAULT_HISTORY.age : parseAge(age, `${place}.age`),
  };
}

function parseSize(json: unknown, place: string): number {
  if (typeof json === 'number' && Number.isInteger(json) && json >= 1 && json <= MAX_SIZE) return json;
  throw new PolicyError(place, `has to be a whole number of messages from 1 to ${MAX_SIZE}`);
}

function parseAge(json: unknown, place: string): number {
  const age = typeof json === 'number' ? json * UNIT_MS.s : typeof json === 'string' ? duration(json) : undefined;
  if (age !== undefined && age > 0 && age <= MAX_DAYS * UNIT_MS.d) return age;
  throw new PolicyError(place, `has to be a time such as "30s", "5m" or "1h", or seconds, up to ${MAX_DAYS} days`);
}

function duration(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
