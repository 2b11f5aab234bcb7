import { describe, expect, it } from '@jest/globals';
import { AuthenticationError, ExpiredTokenError } from './authentication-error.js';
import type { Claims } from './claims.js';
import { principalFrom, type ClaimRules } from './principal-from.js';

const NOW = 1_790_000_000;
const RULES: ClaimRules = {
  principalClaim: 'sub',
  issuer: '',
  audience: '',
  rolesClaim: '',
  requireExpiry: false,
  surreal: { namespace: 'main', database: 'main', accesses: [] },
};

function read(claims: Claims, rules: Partial<ClaimRules> = {}) {
  return principalFrom(claims, { ...RULES, ...rules }, NOW);
}

describe('principalFrom', () => {
  it('takes id, roles, claims and expiry', () => {
    const claims = { sub: 'user-1', roles: ['admin'], rooms: ['general'], exp: NOW + 60 };
    expect(read(claims)).toEqual({ id: 'user-1', roles: ['admin'], claims, expires: NOW + 60 });
    expect(read({ sub: 'user-1' })).toEqual({ id: 'user-1', roles: [], claims: { sub: 'user-1' } });
  });

  it("reads a SurrealDB record token's ID", () => {
    expect(read({ ID: 'user:anna', NS: 'main', DB: 'main', AC: 'account' }, { principalClaim: 'ID' }).id).toBe(
      'user:anna',
    );
  });

  it.each([
    ['user:`a-b`', 'user:⟨a-b⟩'],
    ["user:['a', 1]", 'user:[ s"a", 1 ]'],
    ['user:⟨a-b⟩', 'user:⟨a-b⟩'],
    ['auth0|5f', 'auth0|5f'],
    ['org:007', 'org:007'],
  ])('knows the principal %s as %s', (text, id) => {
    expect(read({ sub: text }).id).toBe(id);
    expect(read({ ID: text }, { principalClaim: 'ID' }).id).toBe(id);
  });

  it.each([['admin'], [{ 0: 'admin' }], [['admin', 7]], [null], [7]])('counts no roles in %j', (roles) => {
    expect(read({ sub: 'user-1', roles }).roles).toEqual([]);
  });

  it.each<[string, string, Claims, readonly string[]]>([
    ['a path', 'realm_access.roles', { realm_access: { roles: ['admin', 'user'] } }, ['admin', 'user']],
    ['a name with dots and slashes', 'https://e.com/roles', { 'https://e.com/roles': ['admin'] }, ['admin']],
    ['a whole name before a path', 'a.b', { 'a.b': ['whole'], a: { b: ['path'] } }, ['whole']],
    ['a single text', 'role', { role: 'admin' }, ['admin']],
    ['a single text at its own name, where that is configured', 'roles', { roles: 'admin' }, ['admin']],
    ['no claim', 'role', { roles: ['admin'] }, []],
    ['a path through a list', 'a.0', { a: ['admin'] }, []],
    ['a name inherited by every object', 'constructor.name', {}, []],
    ['what is neither', 'role', { role: { admin: true } }, []],
    ['an array that is not of texts only', 'role', { role: ['admin', 7] }, []],
    ['an empty text', 'role', { role: '' }, []],
  ])('reads roles at %s', (_name, rolesClaim, claims, roles) => {
    expect(read({ sub: 'user-1', ...claims }, { rolesClaim }).roles).toEqual(roles);
  });

  it('refuses what never expires, where that is asked', () => {
    expect(() => read({ sub: 'a' }, { requireExpiry: true })).toThrow('has to have an exp');
    expect(read({ sub: 'a', exp: NOW + 1 }, { requireExpiry: true }).id).toBe('a');
  });

  it.each<[string, Claims, Partial<ClaimRules>, RegExp]>([
    [
      'a record of another database',
      { sub: 'a', NS: 'main', DB: 'other', AC: 'x' },
      {},
      /another namespace or database/,
    ],
    ['no sub', {}, {}, /^sub has to be/],
    ['an empty sub', { sub: '' }, {}, /^sub has to be/],
    ['half a character as sub', { sub: 'a\ud800' }, {}, /^sub has to be/],
    ['a number as sub', { sub: 7 }, {}, /^sub has to be/],
    ['a sub beyond 256 characters', { sub: 'x'.repeat(257) }, {}, /^sub has to be/],
    ['a name inherited by every object', {}, { principalClaim: 'constructor' }, /^constructor has to be/],
    ['an exp that is reached', { sub: 'a', exp: NOW }, {}, /expired/],
    ['an exp of text', { sub: 'a', exp: '9999999999' }, {}, /^exp has to be/],
    ['an infinite exp', { sub: 'a', exp: Infinity }, {}, /^exp has to be/],
    ['a null exp', { sub: 'a', exp: null }, {}, /^exp has to be/],
    ['an nbf beyond the leeway', { sub: 'a', nbf: NOW + 6 }, {}, /not valid yet/],
    ['an nbf of text', { sub: 'a', nbf: '0' }, {}, /^nbf has to be/],
    ['another issuer', { sub: 'a', iss: 'b' }, { issuer: 'c' }, /issuer/],
    ['no issuer', { sub: 'a' }, { issuer: 'c' }, /issuer/],
    ['another audience', { sub: 'a', aud: ['b', 'd'] }, { audience: 'c' }, /audience/],
    ['a part of the audience', { sub: 'a', aud: 'abc' }, { audience: 'b' }, /audience/],
  ])('refuses %s', (_name, claims, rules, message) => {
    expect(() => read(claims, rules)).toThrow(AuthenticationError);
    expect(() => read(claims, rules)).toThrow(message);
  });

  it('calls a token expired where nothing else is wrong with it', () => {
    const expired = { sub: 'a', iss: 'b', exp: NOW };
    expect(() => read(expired)).toThrow(ExpiredTokenError);
    expect(() => read({ ...expired, sub: '' })).not.toThrow(ExpiredTokenError);
    expect(() => read(expired, { issuer: 'c' })).not.toThrow(ExpiredTokenError);
  });

  it.each<[string, Claims, Partial<ClaimRules>]>([
    ['an nbf within the leeway', { sub: 'a', nbf: NOW + 5 }, {}],
    ['the issuer asked for', { sub: 'a', iss: 'c' }, { issuer: 'c' }],
    ['the audience asked for', { sub: 'a', aud: 'c' }, { audience: 'c' }],
    ['one of several audiences', { sub: 'a', aud: ['b', 'c'] }, { audience: 'c' }],
    ['an id of 256 characters', { sub: 'x'.repeat(256) }, {}],
  ])('accepts %s', (_name, claims, rules) => {
    expect(read(claims, rules).id).toBe(claims.sub);
  });
});
