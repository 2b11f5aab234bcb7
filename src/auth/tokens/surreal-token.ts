import { AuthenticationError } from './authentication-error.js';
import type { Claims } from './claims.js';

/** Where tokens of SurrealDB are good. */
export interface SurrealScope {
  readonly namespace: string;
  readonly database: string;
  /** Names of `DEFINE ACCESS`; empty: any. */
  readonly accesses: readonly string[];
}

/** The names by which SurrealDB itself knows a claim. */
interface ClaimNames {
  /** Nobody else uses these. */
  readonly own: readonly string[];
  /** It means other things elsewhere, unless the other two claims are there as well. */
  readonly small: string;
}

const NAMESPACE: ClaimNames = {
  own: ['NS', 'https://surrealdb.com/ns', 'https://surrealdb.com/namespace'],
  small: 'ns',
};
const DATABASE: ClaimNames = { own: ['DB', 'https://surrealdb.com/db', 'https://surrealdb.com/database'], small: 'db' };
const ACCESS: ClaimNames = { own: ['AC', 'https://surrealdb.com/ac', 'https://surrealdb.com/access'], small: 'ac' };
const PLACE = [NAMESPACE, DATABASE, ACCESS];

/**
 * A token that names a namespace, a database or an access is one of SurrealDB's, and has to name these ones: the same key can
 * be that of several databases, and a record of another one is somebody else.
 *
 * @throws AuthenticationError
 */
export function checkSurrealToken(claims: Claims, { namespace, database, accesses }: SurrealScope): void {
  if (!isSurrealToken(claims)) return;
  const [namespaces, databases, methods] = PLACE.map(({ own, small }) => valuesOf(claims, [...own, small]));
  if (!names(namespaces, [namespace]) || !names(databases, [database])) {
    throw new AuthenticationError('the token is for another namespace or database');
  }
  if (accesses.length > 0 && !names(methods, accesses)) {
    throw new AuthenticationError('the token is from another access method');
  }
}

/** Whether claims name a namespace, a database or an access. */
export function isSurrealToken(claims: Claims): boolean {
  return (
    PLACE.some(({ own }) => valuesOf(claims, own).length > 0) ||
    PLACE.every(({ small }) => Object.hasOwn(claims, small))
  );
}

function valuesOf(claims: Claims, names: readonly string[]): readonly unknown[] {
  return names.filter((name) => Object.hasOwn(claims, name)).map((name) => claims[name]);
}

/** Whether something is named, and nothing but what is expected. */
function names(values: readonly unknown[] = [], expected: readonly unknown[]): boolean {
  return values.length > 0 && values.every((value) => expected.includes(value));
}
