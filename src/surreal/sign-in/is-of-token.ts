import type { SignedIn } from './signed-in.js';

/** Claims that no two tokens have alike, all of them together, by their names in SurrealDB and in tokens. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  ID: ['ID', 'id', 'https://surrealdb.com/id', 'https://surrealdb.com/record'],
  AC: ['AC', 'ac', 'https://surrealdb.com/ac', 'https://surrealdb.com/access'],
  exp: ['exp'],
  iat: ['iat'],
  jti: ['jti'],
};

/**
 * Whether an answer is about the token that was shown, and about no other one that was shown over the same session.
 *
 * @param claims what the token says
 */
export function isOfToken({ token }: SignedIn, claims: Readonly<Record<string, unknown>>): boolean {
  const told = typeof token === 'object' && token !== null ? (token as Readonly<Record<string, unknown>>) : {};
  return Object.entries(TELLING).every(([name, names]) => {
    const shown = names.filter((other) => Object.hasOwn(claims, other)).map((other) => claims[other]);
    const { [name]: answered } = told;
    return shown.length === 0 ? answered === undefined || answered === null : shown.includes(answered);
  });
}
