import type { RecordId } from 'surrealdb';
import { approximateBytes } from '../../values/byte-size.js';
import { canonicalIdText } from '../../values/record-id-notations.js';

/** What SurrealDB itself said of a record user: what its permissions call `$auth`, `$access`, `$token` and `$session`. */
export interface RecordUser {
  readonly auth: RecordId;
  readonly access: string | undefined;
  readonly token: unknown;
  readonly session: unknown;
}

/** Who a token speaks for. */
export interface Principal {
  readonly id: string;
  readonly roles: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
  /** Unix time in seconds. Absent: the token doesn't expire. */
  readonly expires?: number;
  /** Present where SurrealDB verified the token: the principal is a record of the database that is served. */
  readonly record?: RecordUser;
}

/** It is asked for with each connection, and claims never change. */
const weighed = new WeakMap<Principal, number>();

/** What a principal takes in memory, about. It counts for each of its connections, also where they showed the same token. */
export function principalBytes(principal: Principal | undefined): number {
  if (!principal) return 0;
  const known = weighed.get(principal);
  if (known !== undefined) return known;
  const { claims, record } = principal;
  const bytes = approximateBytes(claims) + approximateBytes(record);
  weighed.set(principal, bytes);
  return bytes;
}

/** The id of the principal that a text names: a record of SurrealDB is one principal, in whichever notation it is named. */
export function principalIdOf(text: string): string {
  return canonicalIdText(text);
}

/** Who asks: the principal if there is one, and whether it may without a token what others need one for. */
export interface Caller {
  readonly principal?: Principal;
  /** In development, and from this very machine, or from anywhere if DEVELOPMENT_ACCESS says so. */
  readonly local: boolean;
}

/** Role of those who speak for the application's own servers. */
export const SERVICE_ROLE = 'service';

export function isService(principal: Principal): boolean {
  return principal.roles.includes(SERVICE_ROLE);
}

/** Whoever holds the API key. */
export const SERVICE_CALLER: Caller & { readonly principal: Principal } = Object.freeze({
  principal: Object.freeze({ id: SERVICE_ROLE, roles: Object.freeze([SERVICE_ROLE]), claims: Object.freeze({}) }),
  local: false,
});
