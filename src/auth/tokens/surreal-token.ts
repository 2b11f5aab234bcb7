import { AuthenticationError } from './authentication-error.js';
import type { Claims } from './claims.js';

/** Where tokens of SurrealDB are good. */
export interface SurrealScope {
  readonly namespace: string;
  readonly database: string;
  /** Names of `DEFINE ACCESS`; empty: any. */
  readonly accesses: readonly string[];
}

/** The names by which SurrealDB itself knows these claims; short ones in small letters mean other things elsewhere. */
const NAMESPACE = ['NS', 'https://surrealdb.com/ns', 'https://surrealdb.com/namespace'];
const DATABASE = ['DB', 'https://surrealdb.com/db', 'https://surrealdb.com/database'];
const ACCESS = ['AC', 'https://surrealdb.com/ac', 'https://surrealdb.com/access'];

/**
 * A token that names a namespace, a database or an access is one of SurrealDB's, and has to name these ones: the same key can
 * be that of several databases, and a record of another one is somebody else.
 *
 * @throws AuthenticationError
 */
export function checkSurrealToken(claims: Claims, { namespace, database, accesses }: SurrealScope): void {
  if (!isSurrealToken(claims)) return;
  const [namespaces, databases, methods] = [NAMESPACE, DATABASE, ACCESS].map((names) => valuesOf(claims, names));
  if (!names(namespaces, [namespace]) || !names(databases, [database])) {
    throw new AuthenticationError('the token is for another namespace or database');
  }
  if (accesses.length > 0 && !names(methods, accesses)) {
    throw new AuthenticationError('the token is from another access method');
  }
}

/** Whether claims name a namespace, a database or an access. */
export function isSurrealToken(claims: Claims): boolean {
  return [NAMESPACE, DATABASE, ACCESS].some((names) => valuesOf(claims, names).length > 0);
}

function valuesOf(claims: Claims, names: readonly string[]): readonly unknown[] {
  return names.filter((name) => Object.hasOwn(claims, name)).map((name) => claims[name]);
}

/** Whether something is named, and nothing but what is expected. */
function names(values: readonly unknown[] = [], expected: readonly unknown[]): boolean {
  return values.length > 0 && values.every((value) => expected.includes(value));
}
