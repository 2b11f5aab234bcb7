import { describe, expect, it } from '@jest/globals';
import { DateTime, Decimal, RecordId } from 'surrealdb';
import { compileCondition } from '../../filter/compile-condition.js';
import type { Kind } from '../../values/kind.js';
import { readText } from '../../values/read-text.js';
import { parseRestriction } from './parse-restriction.js';
import { PolicyError } from './policy-error.js';
import type { Principal } from '../tokens/principal.js';
import { restrictionFor } from './row-restriction.js';

type Row = Readonly<Record<string, unknown>>;

/** Whether a principal with these claims may see the row. */
function shows(where: unknown, claims: Row | undefined, row: Row): boolean {
  const principal: Principal | undefined = claims && { id: 'user-1', roles: ['admin', 'editor'], claims };
  return compileCondition(restrictionFor(parseRestriction(where, 'where'), principal))(row);
}

describe('restrictionFor', () => {
  it.each<[string, unknown, Row, Row]>([
    ['a claim', { owner: '$claims.name' }, { name: 'anna' }, { owner: 'anna' }],
    ['a claim within a claim', { team: '$claims.app.team' }, { app: { team: 'red' } }, { team: 'red' }],
    [
      'a claim named like an address',
      { team: '$claims.https://a.example/team' },
      { 'https://a.example/team': 'red' },
      { team: 'red' },
    ],
    ['a number', { level: { lte: '$claims.level' } }, { level: 3 }, { level: 2 }],
    ['a boolean', { open: '$claims.open' }, { open: false }, { open: false }],
    ['the start of a text', { path: { startsWith: '$claims.home' } }, { home: '/a/' }, { path: '/a/b' }],
    ['the principal', { owner: '$principal.id' }, {}, { owner: 'user-1' }],
    ['a role of the principal', { role: { in: '$principal.roles' } }, {}, { role: 'editor' }],
    ['a list', { room: { in: '$claims.rooms' } }, { rooms: ['a', 'b'] }, { room: 'b' }],
    ['a list of one', { room: { in: '$claims.rooms' } }, { rooms: 'b' }, { room: 'b' }],
    ['the scalars of a list', { room: { in: '$claims.rooms' } }, { rooms: [{}, null, 'b'] }, { room: 'b' }],
    ['a list beside text', { room: { in: ['lobby', '$claims.rooms'] } }, { rooms: ['a'] }, { room: 'lobby' }],
    ['what is not in a list', { room: { nin: '$claims.banned' } }, { banned: ['a'] }, { room: 'b' }],
    ['what another condition gives', { or: [{ public: true }, { owner: '$claims.name' }] }, {}, { public: true }],
    ['what a negation gives', { not: { room: { in: '$claims.banned' } } }, { banned: ['a'] }, { room: 'b' }],
    ['text that only begins like a variable', { price: '$5' }, {}, { price: '$5' }],
  ])('shows rows by %s', (_name, where, claims, row) => {
    expect(shows(where, claims, row)).toBe(true);
  });

  const UNFIT: [string, Row][] = [
    ['missing', {}],
    ['null', { x: null }],
    ['an object', { x: { ne: 'nobody' } }],
    ['a list of lists', { x: [['a']] }],
    ['inherited', Object.create({ x: 'a' }) as Row],
  ];
  const ROWS: Row[] = [{ owner: 'a' }, { owner: null }, {}, { owner: { ne: 'nobody' } }, { owner: ['a'] }];
  const WHERES: unknown[] = [
    { owner: '$claims.x' },
    { owner: { eq: '$claims.x' } },
    { owner: { ne: '$claims.x' } },
    { owner: { gte: '$claims.x' } },
    { owner: { lte: '$claims.x' } },
    { owner: { in: '$claims.x' } },
    { owner: { nin: '$claims.x' } },
    { owner: { contains: '$claims.x' } },
    { owner: { startsWith: '$claims.x' } },
    { not: { owner: '$claims.x' } },
    { not: { owner: { ne: '$claims.x' } } },
    { not: { owner: { in: '$claims.x' } } },
    { not: { not: { owner: '$claims.x' } } },
    { not: { not: { not: { owner: { nin: ['$claims.x', 'b'] } } } } },
    { not: { or: [{ owner: 'b' }, { owner: '$claims.x' }] } },
    { or: [{ owner: '$claims.x' }, { not: { owner: '$claims.x' } }] },
  ];

  it.each(WHERES.flatMap((where) => UNFIT.map(([name, claims]) => ({ where, name, claims }))))(
    'shows no row where the claim of $where is $name',
    ({ where, claims }) => {
      for (const row of ROWS) expect(shows(where, claims, row)).toBe(false);
    },
  );

  it.each(WHERES)('shows no row by %j to nobody', (where) => {
    for (const row of ROWS) expect(shows(where, undefined, row)).toBe(false);
  });

  it('does not widen a negation by members that it can not compare', () => {
    const claims = { banned: ['a', { b: 1 }] };
    expect(shows({ room: { nin: '$claims.banned' } }, claims, { room: 'c' })).toBe(false);
    expect(shows({ not: { room: { in: '$claims.banned' } } }, claims, { room: 'c' })).toBe(false);
    expect(shows({ not: { room: { nin: '$claims.banned' } } }, claims, { room: 'a' })).toBe(true);
    expect(shows({ not: { room: { nin: '$claims.banned' } } }, claims, { room: 'c' })).toBe(false);
  });

  it('takes an empty text for no part of a text', () => {
    for (const operator of ['startsWith', 'contains']) {
      const where = { path: { [operator]: '$claims.home' } };
      expect(shows(where, { home: '' }, { path: '/a' })).toBe(false);
      expect(shows({ not: where }, { home: '' }, { path: '/a' })).toBe(false);
    }
  });

  it('takes a number for no start of a text', () => {
    expect(shows({ path: { startsWith: '$claims.home' } }, { home: 1 }, { path: '1' })).toBe(false);
    expect(shows({ not: { path: { startsWith: '$claims.home' } } }, { home: 1 }, { path: '2' })).toBe(false);
  });

  const record = (key: string) => new RecordId('user', key);
  const DENIED = { not: { blocked: { contains: '$claims.x' } } };
  const ORDERED = [{ level: { lte: '$claims.x' } }, { not: { level: { gt: '$claims.x' } } }];

  it.each<[string, unknown, unknown, Row, Row]>([
    ['a text of digits and numbers', ORDERED[0], '1', { level: '0' }, { level: 0 }],
    ['a number and texts', ORDERED[0], 5, { level: 4 }, { level: '4' }],
    ['a number and true', ORDERED[0], 5, { level: new Decimal('4.5') }, { level: true }],
    ['true and numbers', { level: { gte: '$claims.x' } }, true, { level: true }, { level: 1 }],
    ['a number and no value', ORDERED[0], 5, { level: 5 }, {}],
    ['a number and null', ORDERED[0], 5, { level: 5 }, { level: null }],
    ['a number and an array', { level: { gte: '$claims.x' } }, 5, { level: 5 }, { level: [9] }],
    ['under not, a number and no value', ORDERED[1], 5, { level: 5 }, {}],
    ['under not, a text and numbers', ORDERED[1], '5', { level: '5' }, { level: 5 }],
    [
      'an instant and texts',
      { at: { lt: '$claims.x:datetime' } },
      '2024-01-02',
      { at: new DateTime('2024-01-01T00:00:00Z') },
      { at: '2024-01-01' },
    ],
    [
      'a text and instants',
      { at: { lt: '$claims.x' } },
      'b',
      { at: 'a' },
      { at: new DateTime('2024-01-01T00:00:00Z') },
    ],
    [
      'a text and one record among texts',
      DENIED,
      'anna',
      { blocked: ['bob', null] },
      { blocked: ['bob', record('bob')] },
    ],
    ['a record and a record that is no list', DENIED, 'user:a', { blocked: [record('b')] }, { blocked: record('b') }],
    ['a number and records', DENIED, 1, { blocked: [2] }, { blocked: [record('1')] }],
    ['a text and records under ne', { owner: { ne: '$claims.x' } }, 'anna', { owner: 'bob' }, { owner: record('bob') }],
    [
      'a text and records under nin',
      { owner: { nin: '$claims.x' } },
      ['user:a', 'anna'],
      { owner: 'bob' },
      { owner: record('bob') },
    ],
    [
      'a text and records under not in',
      { not: { owner: { in: ['x', '$claims.x'] } } },
      ['anna'],
      { owner: 'bob' },
      { owner: record('bob') },
    ],
    [
      'a text and numbers under not startsWith',
      { not: { path: { startsWith: '$claims.x' } } },
      '/a',
      { path: '/b' },
      { path: 5 },
    ],
    [
      'a text and records below or',
      { not: { or: [{ owner: 'x' }, { owner: '$claims.x' }] } },
      'anna',
      { owner: 'bob' },
      { owner: record('bob') },
    ],
    [
      'a text and records below not not',
      { not: { not: { owner: { ne: '$claims.x' } } } },
      'anna',
      { owner: 'bob' },
      { owner: record('bob') },
    ],
    [
      'a text of the policy and records',
      { not: { owner: 'person:a-b' } },
      0,
      { owner: 'bob' },
      { owner: record('bob') },
    ],
  ])('hides rows that can not be compared as it is meant: %s', (_, where, x, shown, hidden) => {
    expect(shows(where, { x }, shown)).toBe(true);
    expect(shows(where, { x }, hidden)).toBe(false);
    expect(shows(where, {}, hidden)).toBe(false);
  });

  it.each<[string, unknown, unknown]>([
    ['number', 1, '1'],
    ['string', 'a', 1],
    ['bool', true, 'true'],
    ['datetime', '2024-01-01T00:00:00Z', '2024'],
    ['duration', '1h30m', 5400],
    ['decimal', '1.50', 'x'],
    ['uuid', '018f6f2e-0000-7000-8000-000000000000', 'user:1'],
    ['record', 'user:`a-b`', 'a-b'],
  ])('takes a claim said to be a %s for missing where it is none', (kind, right, wrong) => {
    const rows: Row[] = [
      { v: readText(String(right))?.[kind as Kind] ?? right },
      { v: wrong },
      { v: null },
      {},
      { v: [right] },
    ];
    const variable = `$claims.x:${kind}`;
    const seen = (where: unknown, x: unknown) => rows.map((row) => shows(where, { x }, row));
    expect(seen({ v: variable }, right)).toEqual([true, false, false, false, false]);
    expect(seen({ v: { in: variable } }, [wrong, right])).toEqual([true, false, false, false, false]);
    expect(seen({ v: { gte: variable } }, right)).toEqual([true, false, false, false, false]);
    expect(seen({ v: { ne: variable } }, right)).toEqual([false, false, true, true, false]);
    for (const where of [
      { v: variable },
      { v: { ne: variable } },
      { not: { v: variable } },
      { v: { lte: variable } },
      { v: { nin: variable } },
    ]) {
      expect(seen(where, wrong)).toEqual([false, false, false, false, false]);
    }
  });

  it.each([Infinity, -Infinity, NaN, '\ud800', [1, Infinity]])('takes %p for no claim', (x) => {
    for (const where of [{ v: { ne: '$claims.x' } }, { v: { lte: '$claims.x' } }, { v: { nin: '$claims.x' } }]) {
      expect(shows(where, { x }, { v: 1 })).toBe(false);
      expect(shows(where, { x }, {})).toBe(false);
    }
  });

  it.each(['user:`a-b`', 'user:⟨a-b⟩'])('finds who is meant by %s in records and in texts of either notation', (x) => {
    const denied = { not: { blocked: { contains: '$claims.x' } } };
    for (const id of [record('a-b'), 'user:`a-b`', 'user:⟨a-b⟩']) {
      expect(shows({ owner: '$claims.x' }, { x }, { owner: id })).toBe(true);
      expect(shows({ owner: { in: '$claims.x' } }, { x: ['b', x] }, { owner: id })).toBe(true);
      expect(shows({ owner: { ne: '$claims.x' } }, { x }, { owner: id })).toBe(false);
      expect(shows(denied, { x }, { blocked: [id] })).toBe(false);
    }
    expect(shows(denied, { x }, { blocked: [record('c')] })).toBe(true);
    expect(shows(denied, { x }, { blocked: [] })).toBe(true);
    expect(shows(denied, { x }, {})).toBe(true);
  });

  it('reads a claim with a colon in its name', () => {
    expect(shows({ team: '$claims.custom:team' }, { 'custom:team': 'red' }, { team: 'red' })).toBe(true);
    expect(shows({ team: '$claims.custom:team:string' }, { 'custom:team': 'red' }, { team: 'red' })).toBe(true);
  });

  it('reads what a claim says as data', () => {
    expect(shows({ owner: '$claims.name' }, { name: '$principal.id' }, { owner: 'user-1' })).toBe(false);
    expect(shows({ owner: '$claims.name' }, { name: '$principal.id' }, { owner: '$principal.id' })).toBe(true);
  });
});

describe('parseRestriction', () => {
  it.each<[unknown, string]>([
    [{ room: { in: '$claim.rooms' } }, 'where.room.in: unknown variable $claim.rooms'],
    [{ room: { in: ['a', '$claims'] } }, 'where.room.in: unknown variable $claims'],
    [{ owner: '$principal.name' }, 'where.owner: unknown variable $principal.name'],
    [{ owner: '$claims.' }, 'where.owner: unknown variable $claims.'],
    [{ owner: '$claims.a..b' }, 'where.owner: unknown variable $claims.a..b'],
    [{ or: [{ a: 1 }, { not: { owner: { ne: '$me' } } }] }, 'where.or[1].not.owner.ne: unknown variable $me'],
    [{ tags: ['$claims.a'] }, 'where.tags: $claims.a has to be the whole operand'],
    [{ place: { eq: { city: '$claims.a' } } }, 'where.place.eq: $claims.a has to be the whole operand'],
    [{ room: { in: [['$claims.a']] } }, 'where.room.in: $claims.a has to be the whole operand'],
    [{ id: '$principal.id:number' }, 'where.id: $principal.id is a text'],
    [{ role: '$principal.roles' }, 'where.role: $principal.roles is a list'],
    [{ not: { role: { contains: '$principal.roles' } } }, 'where.not.role.contains: $principal.roles is a list'],
    [{ path: { startsWith: '$claims.home:number' } }, 'where.path.startsWith: $claims.home:number is no text'],
    [{ level: { lte: Infinity } }, 'where: filter.level.lte has to be a number'],
    [{ name: '\ud800' }, 'where: filter.name has to be Unicode'],
    [{ room: { inn: ['a'] } }, 'where: filter.room.inn is no operator'],
    [{ room: {} }, 'where: filter.room needs an operator'],
    [{ or: [] }, 'where: filter.or has to be'],
    [{ flag: { exists: '$claims.a' } }, 'where: filter.flag.exists has to be'],
    ['room', 'where: has to be an object'],
    [null, 'where: has to be an object'],
    [[], 'where: has to be an object'],
  ])('refuses %j', (where, message) => {
    expect(() => parseRestriction(where, 'where')).toThrow(PolicyError);
    expect(() => parseRestriction(where, 'where')).toThrow(message);
  });
});
