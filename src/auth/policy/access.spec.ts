import { describe, expect, it } from '@jest/globals';
import { allows, parseAccess, recordsOf } from './access.js';
import { PolicyError } from './policy-error.js';
import { SERVICE_CALLER, type Caller } from '../tokens/principal.js';

function caller(id: string, ...roles: string[]): Caller {
  return { principal: { id, roles, claims: {} }, local: false };
}

const NOBODY: Caller = { local: false };
const LOCAL: Caller = { local: true };
const CAPTURES = new Map([['id', 'user-1']]);

describe('allows', () => {
  it.each<[unknown, Caller, boolean]>([
    ['public', NOBODY, true],
    ['authenticated', NOBODY, false],
    ['authenticated', LOCAL, false],
    ['authenticated', caller('user-1'), true],
    ['authenticated', SERVICE_CALLER, true],
    ['service', NOBODY, false],
    ['service', caller('service'), false],
    ['service', caller('user-1', 'service'), true],
    ['service', SERVICE_CALLER, true],
    ['none', SERVICE_CALLER, false],
    [{ role: 'admin' }, NOBODY, false],
    [{ role: 'admin' }, caller('admin'), false],
    [{ role: 'admin' }, caller('user-1', 'editor', 'admin'), true],
    [{ role: 'admin' }, SERVICE_CALLER, false],
    [{ principal: 'user-2' }, caller('user-2'), true],
    [{ principal: 'user-2' }, caller('user-1', 'user-2'), false],
    [{ principal: '{id}' }, caller('user-1'), true],
    [{ principal: '{id}' }, caller('{id}'), false],
    [{ principal: '{id}' }, caller('user-11'), false],
    [{ principal: '{id}' }, NOBODY, false],
    [{ principal: 'staff:{id}' }, caller('staff:user-1'), true],
    [{ any: [{ role: 'admin' }, { principal: '{id}' }] }, caller('user-1'), true],
    [{ any: [{ role: 'admin' }, { principal: '{id}' }] }, caller('user-2'), false],
    [{ any: ['none', { any: ['service'] }] }, SERVICE_CALLER, true],
    [{ surrealdb: 'room:{id}' }, caller('user-1'), false],
    [{ surrealdb: 'room:{id}' }, SERVICE_CALLER, false],
  ])('%j for %j: %s', (json, who, allowed) => {
    expect(allows(parseAccess(json, 'read', ['id']), who, CAPTURES)).toBe(allowed);
  });
});

describe('parseAccess', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /^read: has to be "public"/],
    [null, /^read: has to be/],
    [true, /^read: has to be/],
    ['Public', /^read: has to be/],
    ['local', /^read: has to be/],
    [[], /^read: has to be/],
    [{}, /^read: has to be/],
    [{ role: 'a', principal: 'b' }, /^read: has to be/],
    [{ roles: ['a'] }, /^read\.roles: unknown key/],
    [{ role: '' }, /^read\.role: has to be a text/],
    [{ role: ['a'] }, /^read\.role: has to be a text/],
    [{ role: null }, /^read\.role: has to be a text/],
    [{ role: '{id}' }, /^read\.role: a role has no placeholders/],
    [{ role: '$principal.id' }, /^read\.role: \$principal\.id is a variable/],
    [{ principal: '$principal.id' }, /^read\.principal: \$principal\.id is a variable/],
    [{ principal: 7 }, /^read\.principal: has to be a text/],
    [{ principal: '{name}' }, /^read\.principal: unknown placeholder \{name\}/],
    [{ principal: '{id' }, /^read\.principal: \{ is not a placeholder/],
    [{ principal: 'user-*' }, /^read\.principal: a principal is named whole/],
    [{ surrealdb: 7 }, /^read\.surrealdb: has to be a text/],
    [{ surrealdb: 'room' }, /^read\.surrealdb: has to be a record/],
    [{ surrealdb: 'room:' }, /^read\.surrealdb: has to be a record/],
    [{ surrealdb: '{id}:1' }, /^read\.surrealdb: has to be a record/],
    [{ surrealdb: '{id}' }, /^read\.surrealdb: has to be a record/],
    [{ surrealdb: 'room:*' }, /^read\.surrealdb: a record is named whole/],
    [{ surrealdb: 'room:{name}' }, /^read\.surrealdb: unknown placeholder \{name\}/],
    [{ surrealdb: 'room:a b' }, /^read\.surrealdb: room:a b is not the id of a record/],
    [{ any: [] }, /^read\.any: has to be an array of conditions/],
    [{ any: 'public' }, /^read\.any: has to be an array/],
    [{ any: ['public', { any: [{ rule: 'a' }] }] }, /^read\.any\[1\]\.any\[0\]\.rule: unknown key/],
  ])('refuses %j', (json, message) => {
    expect(() => parseAccess(json, 'read', ['id'])).toThrow(PolicyError);
    expect(() => parseAccess(json, 'read', ['id'])).toThrow(message);
  });

  it('has records for channels only', () => {
    expect(() => parseAccess({ surrealdb: 'room:1' }, 'read')).toThrow(/^read\.surrealdb: is for channels/);
  });
});

describe('a condition on a record', () => {
  const access = parseAccess({ any: [{ role: 'admin' }, { surrealdb: 'room:{id}' }] }, 'read', ['id']);
  const named = (id: string) => recordsOf(access, new Map([['id', id]])).map(String);

  it.each([
    ['general', 'room:general'],
    ['42', 'room:42'],
    ['-1', 'room:-1'],
    ['9223372036854775807', 'room:9223372036854775807'],
    ['⟨a-b⟩', 'room:⟨a-b⟩'],
    ['⟨42⟩', 'room:⟨42⟩'],
    ['u"018f3b5c-7b3a-7000-8000-000000000000"', 'room:u"018f3b5c-7b3a-7000-8000-000000000000"'],
  ])('names one with the id %s', (id, record) => {
    expect(named(id)).toEqual([record]);
    expect(allows(access, caller('user-1'), new Map([['id', id]]), (one) => String(one) === record)).toBe(true);
  });

  it.each([
    ...[
      'a b',
      'a;',
      "a'",
      'a-b',
      '042',
      '⟨general⟩',
      '`a-b`',
      "['a']",
      '[ s"a" ]',
      '{a:1}',
      'rand()',
      '$auth',
      'a:b',
      'a..b',
      '..',
      '1..2',
    ],
    ...[
      '⟨a⟩b⟩',
      '⟨',
      'é',
      'a\\',
      '99999999999999999999',
      '1.5',
      'NONE ',
      '"a"',
      'd"2024-01-01T00:00:00Z"',
      'r"room:1"',
    ],
  ])('names none with %j', (id) => {
    expect(named(id)).toEqual([]);
    expect(allows(access, caller('user-1'), new Map([['id', id]]), () => true)).toBe(false);
  });
});
