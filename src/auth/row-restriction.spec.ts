import { describe, expect, it } from '@jest/globals';
import { compileCondition } from '../filter/compile-condition.js';
import { PolicyError } from './policy-error.js';
import type { Principal } from './principal.js';
import { parseRestriction, restrictionFor } from './row-restriction.js';

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

  it('takes a number for no start of a text', () => {
    expect(shows({ path: { startsWith: '$claims.home' } }, { home: 1 }, { path: '1' })).toBe(false);
    expect(shows({ not: { path: { startsWith: '$claims.home' } } }, { home: 1 }, { path: '2' })).toBe(false);
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
