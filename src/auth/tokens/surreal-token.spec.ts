import { describe, expect, it } from '@jest/globals';
import { AuthenticationError } from './authentication-error.js';
import type { Claims } from './claims.js';
import { checkSurrealToken } from './surreal-token.js';

const HERE = { namespace: 'main', database: 'app', accesses: ['account', 'staff'] };
const check = (claims: Claims, scope = HERE) => checkSurrealToken(claims, scope);

describe('checkSurrealToken', () => {
  it.each<[string, Claims]>([
    ['its own token', { NS: 'main', DB: 'app', AC: 'account' }],
    ['its own token by another access', { NS: 'main', DB: 'app', AC: 'staff' }],
    [
      'the long names of claims',
      {
        'https://surrealdb.com/ns': 'main',
        'https://surrealdb.com/database': 'app',
        'https://surrealdb.com/access': 'staff',
      },
    ],
    ['small letters', { ns: 'main', db: 'app', ac: 'account' }],
    ['a token that is not of SurrealDB', { sub: 'user-1', ns: 'other' }],
    ['a token in which small letters mean other things', { sub: 'user-1', ns: 'other', ac: '1' }],
  ])('accepts %s', (_name, claims) => {
    expect(() => check(claims)).not.toThrow();
  });

  it.each<[string, Claims, RegExp]>([
    ['another namespace', { NS: 'other', DB: 'app', AC: 'account' }, /namespace or database/],
    ['another database', { NS: 'main', DB: 'other', AC: 'account' }, /namespace or database/],
    ['another access', { NS: 'main', DB: 'app', AC: 'other' }, /access/],
    ['names in other letters', { NS: 'MAIN', DB: 'app', AC: 'account' }, /namespace or database/],
    ['a namespace only', { NS: 'main' }, /namespace or database/],
    ['an access only', { AC: 'account' }, /namespace or database/],
    ['no access', { NS: 'main', DB: 'app' }, /access/],
    ['values that are no texts', { NS: ['main'], DB: 'app', AC: 'account' }, /namespace or database/],
    ['null', { NS: null, DB: null, AC: null }, /namespace or database/],
    [
      'another database under a second name',
      { NS: 'main', DB: 'app', AC: 'account', 'https://surrealdb.com/db': 'other' },
      /namespace or database/,
    ],
    ['another namespace in small letters', { ns: 'other', db: 'app', ac: 'account' }, /namespace or database/],
    ['another database in small letters', { ns: 'main', db: 'other', ac: 'account' }, /namespace or database/],
    ['another access in small letters', { ns: 'main', db: 'app', ac: 'other' }, /access/],
    ['another access in small letters beside it', { NS: 'main', DB: 'app', AC: 'account', ac: 'other' }, /access/],
  ])('refuses %s', (_name, claims, message) => {
    expect(() => check(claims)).toThrow(AuthenticationError);
    expect(() => check(claims)).toThrow(message);
  });

  it('takes any access where none is asked for', () => {
    const claims = { NS: 'main', DB: 'app', AC: 'other' };
    expect(() => check(claims, { ...HERE, accesses: [] })).not.toThrow();
  });
});
