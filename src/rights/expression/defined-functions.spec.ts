import { describe, expect, it } from '@jest/globals';
import type { Expression, Reads } from './expression.js';
import { DefinedFunctions } from './defined-functions.js';
import { parseExpression } from './parse-expression.js';
import { partsOf } from './parts.js';
import { joinReads } from './reads.js';

/** A permission that calls functions with these bodies, each of `$user`. */
function parsed(permission: string, bodies: Readonly<Record<string, string>>): Expression {
  const functions = Object.entries(bodies).map(([name, block]) => {
    return [name, { name, args: [['user', 'record<user>']] as const, block, permissions: true }] as const;
  });
  return parseExpression(permission, new DefinedFunctions(new Map(functions)));
}

/** What it reads of a principal. */
function readsOf(permission: string, bodies: Readonly<Record<string, string>>): Reads {
  return joinReads(partsOf(parsed(permission, bodies), 'row').constants.map(({ reads }) => reads));
}

describe('a function that a permission calls', () => {
  it.each([
    ['{ RETURN $user->member->room }', { edges: ['member'], tables: [], fields: [], anything: false }],
    ["{ RETURN $user.role = 'admin' }", { edges: [], tables: [], fields: ['role'], anything: false }],
    ['{ LET $org = $user.org; RETURN $org.plan; }', { edges: [], tables: [], fields: ['org'], anything: false }],
    [
      "{ IF $user.role = 'admin' { RETURN (SELECT VALUE id FROM room) } ELSE IF $user.guest { RETURN [] } ELSE { $user->member->room } }",
      { edges: ['member'], tables: ['room'], fields: ['role', 'guest'], anything: false },
    ],
    [
      '{ RETURN SELECT VALUE room FROM seat WHERE user = $user; }',
      { edges: [], tables: ['seat'], fields: [], anything: false },
    ],
    [
      '{ LET $many = array::len($user.tags); RETURN $many.some.thing }',
      { edges: [], tables: [], fields: ['tags'], anything: true },
    ],
  ])('is known by what its body reads: %s', (body, expected) => {
    const { edges, tables, fields, anything } = readsOf('room INSIDE fn::f($auth)', { f: body });
    expect({ edges: [...edges], tables: [...tables], fields: [...fields], anything }).toEqual(expected);
  });

  it('knows the ways from the principal through whatever it calls', () => {
    const bodies = { f: '{ LET $u = $user; RETURN fn::g($u.org) }', g: '{ RETURN $user.parent.plan }' };
    const { ways } = readsOf('fn::f($auth) = 1', bodies);
    const path = [{ field: 'org' }, { field: 'parent' }, { field: 'plan' }];
    expect(ways).toContainEqual({ from: 'own', path });
  });

  it.each([
    ['{ CREATE log }', /statements such as CREATE/],
    ['{ FOR $n IN [1] { CREATE log } }', /statements such as FOR/],
    ['{ RETURN $auth.id }', /\$auth can't be followed: use what is handed to the function/],
    ['{ RETURN name }', /name is not supported: a function has no row/],
    ['{ RETURN $this.name }', /\$this can't be followed/],
    ["{ RETURN http::get('http://127.0.0.1') }", /the function http::get is not supported/],
    ['{ RETURN fn::f($user) }', /fn::f calls itself/],
    ['{ RETURN 1 } }', /} is not understood/],
    ['{ LET $user = 1; { RETURN $user } }', /is not understood/],
    ['{ LET $this = $user; RETURN $this.role }', /\$this has a meaning of its own/],
    ['{ RETURN fn::missing($user) }', /fn::missing is not defined/],
  ])('is refused where it does more: %s', (body, message) => {
    expect(() => readsOf('fn::f($auth)', { f: body })).toThrow(message);
  });

  it.each([
    ['fn::f(room)', ['row.room', 'row.room.members']],
    ['fn::g(room)', ['row.room', 'row.room.org', 'row.room.org.members']],
    ['fn::h(room)', ['row.room', 'seat', 'seat.room', 'seat.user']],
  ])('reads of a row what it goes on to from what is handed to it: %s', (permission, expected) => {
    const bodies = {
      f: '{ RETURN $user.members CONTAINS 1 }',
      g: '{ LET $org = $user.org; RETURN fn::f($org) }',
      h: '{ LET $all = (SELECT VALUE user FROM seat WHERE room = $user); RETURN $all CONTAINS 1 }',
    };
    const { accesses, called } = partsOf(parsed(permission, bodies), 'row');
    const ways = accesses.map(({ from, path }) => {
      return [from, ...path.map((step) => ('field' in step ? step.field : '…'))].join('.');
    });
    expect([...new Set(ways)].sort()).toEqual(expected);
    expect(called).toHaveLength(1);
  });

  it('may be handed values of the principal beside something of the row, and goes on from none of them', () => {
    const two = (block: string) => {
      const args = [['a', 'any'] as const, ['b', 'any'] as const];
      const functions = new DefinedFunctions(new Map([['f', { name: 'f', args, block, permissions: true }]]));
      return () => parseExpression('fn::f(room, $auth.level)', functions);
    };
    expect(two('{ LET $c = $b; RETURN $a.levels CONTAINS $c }')).not.toThrow();
    expect(two('{ RETURN $a.levels CONTAINS $b.own }')).toThrow(/it goes on from a value beside something of the row/);
  });

  it('does not become more than it is by names for what has a name', () => {
    const names = Array.from({ length: 40 }, (_, n) => `LET $n${n + 1} = [$n${n}, $n${n}]; `);
    const { accesses } = partsOf(parsed('fn::f(room)', { f: `{ LET $n0 = [$user]; ${names.join('')} }` }), 'row');
    expect(accesses.length).toBeLessThan(100);
  });

  it('is one of 64 calls at most', () => {
    const bodies: Record<string, string> = { f8: '{ RETURN true }' };
    for (let n = 7; n >= 0; n -= 1) bodies[`f${n}`] = `{ RETURN fn::f${n + 1}($user) AND fn::f${n + 1}($user) }`;
    expect(() => readsOf('fn::f4($auth)', bodies)).not.toThrow();
    expect(() => readsOf('fn::f0($auth)', bodies)).toThrow(/more than 64 functions are called/);
  });
});
