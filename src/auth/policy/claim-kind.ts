import type { Kind } from '../../values/kind.js';
import { readText } from '../../values/read-text.js';
import { isWellFormed } from '../../values/well-formed.js';

/** What a policy can say that a claim is: `$claims.level:number`. */
export const CLAIM_KINDS = ['bool', 'number', 'string', 'duration', 'datetime', 'decimal', 'uuid', 'record'] as const;

export type ClaimKind = (typeof CLAIM_KINDS)[number];

/** A claim, or one of its members, that can be compared: JSON says 1e999, which is read as Infinity, and half characters. */
export type Scalar = string | number | boolean;

/** Whether a value is a scalar, and of a kind, if one is asked for. */
export function isScalar(value: unknown, kind?: ClaimKind): value is Scalar {
  switch (typeof value) {
    case 'boolean':
      return kind === undefined || kind === 'bool';
    case 'number':
      return Number.isFinite(value) && (kind === undefined || kind === 'number');
    case 'string':
      return isWellFormed(value) && (kind === undefined || kindsOfText(value).includes(kind));
    default:
      return false;
  }
}

/** The kinds of row values that a value can be compared with as it is meant, or is said to be meant for. */
export function comparableKinds(value: Scalar, kind?: ClaimKind): readonly Kind[] {
  if (typeof value === 'number') return ['number', 'decimal'];
  if (kind !== undefined) return [kind];
  return typeof value === 'boolean' ? ['bool'] : kindsOfText(value);
}

function kindsOfText(text: string): readonly Kind[] {
  return ['string', ...(Object.keys(readText(text) ?? {}) as Kind[])];
}
