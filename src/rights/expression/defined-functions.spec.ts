import { describe, expect, it } from '@jest/globals';
import type { Reads } from './expression.js';
import { DefinedFunctions } from './defined-functions.js';
import { parseExpression } from './parse-expression.js';
import { partsOf } from './parts.js';
import { joinReads } from './reads.js';

/** What a permission reads of a principal that calls functions with these bodies, each of `$user`. */
function readsOf(permission: string, bodies: Readonly<Record<string, string>>): Reads {
  const functions = Object.entries(bodies).map(([name, block]) => {
    return [name, { name, args: [['user', 'record<user>']] as const, block, permissions: true }] as const;
  });
  const expression = parseExpression(permission, new DefinedFunctions(new Map(functions)));
  return joinReads(partsOf(expression, 'row').constants.map(({ reads }) => reads));
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
    ['{ RETURN fn::missing($user) }', /fn::missing is not defined/],
  ])('is refused where it does more: %s', (body, message) => {
    expect(() => readsOf('fn::f($auth)', { f: body })).toThrow(message);
  });

  it('is one of 64 calls at most', () => {
    const bodies: Record<string, string> = { f8: '{ RETURN true }' };
    for (let n = 7; n >= 0; n -= 1) bodies[`f${n}`] = `{ RETURN fn::f${n + 1}($user) AND fn::f${n + 1}($user) }`;
    expect(() => readsOf('fn::f4($auth)', bodies)).not.toThrow();
    expect(() => readsOf('fn::f0($auth)', bodies)).toThrow(/more than 64 functions are called/);
  });
});
