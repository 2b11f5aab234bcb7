import { describe, expect, it } from '@jest/globals';
import type { Expression } from './expression.js';
import { parseExpression } from './parse-expression.js';

/** An expression as a short text: constants in braces. */
function inShort(expression: Expression): string {
  switch (expression.kind) {
    case 'constant':
      return `{${expression.text}}`;
    case 'field':
      return expression.name;
    case 'compare':
      return `${expression.field} ${expression.operator} ${inShort(expression.operand)}`;
    case 'not':
      return `not(${inShort(expression.of)})`;
    case 'and':
    case 'or':
      return `${expression.kind}(${expression.of.map(inShort).join(', ')})`;
    case 'row':
      return `row(${expression.text})`;
  }
}

describe('a permission', () => {
  it.each([
    ['published', 'published'],
    ['!hidden', 'not(hidden)'],
    ['author = $auth.id', 'author = {$auth.id}'],
    ['$auth.id = author', 'author = {$auth.id}'],
    ['5 < level', 'level > {5}'],
    ["$auth.role = 'admin' OR owner = $auth", "or({$auth.role = 'admin'}, owner = {$auth})"],
    ['a = 1 OR b = 2 AND c = 3', 'or(a = {1}, and(b = {2}, c = {3}))'],
    ['(a = 1 OR b = 2) AND c', 'and(or(a = {1}, b = {2}), c)'],
    ['!(a = 1)', 'not(a = {1})'],
    ['room INSIDE $auth->member->room', 'room INSIDE {$auth->member->room}'],
    ['$auth.id INSIDE members', 'members CONTAINS {$auth.id}'],
    ['a NOTINSIDE [1, 2]', 'not(a INSIDE {[1, 2]})'],
    ['tags CONTAINSNONE $auth.tags', 'not(tags CONTAINSANY {$auth.tags})'],
    ['a = (user:1)', 'a = {(user:1)}'],
    ["a = (user:['x', 1])", "a = {(user:['x', 1])}"],
    ['n = -5', 'n = {-5}'],
    ['n < $auth.level + 1', 'n < {$auth.level + 1}'],
    ['a = string::lowercase($token.name)', 'a = {string::lowercase($token.name)}'],
    ['`we ird` = 1', 'we ird = {1}'],
    ["text = 'a = $auth OR b'", "text = {'a = $auth OR b'}"],
    ['$auth.a.b = $token.c AND true', '{$auth.a.b = $token.c AND true}'],
    ['a = b', 'row(a = b)'],
    ['a + 1 = 2', 'row(a + 1 = 2)'],
    ['(a = 1) = true', 'row((a = 1) = true)'],
    ['!a = 1', 'row(!a = 1)'],
    ['a == 1', 'row(a == 1)'],
    ['$auth.tags CONTAINSALL a', 'row($auth.tags CONTAINSALL a)'],
  ])('is read: %s', (text, short) => {
    expect(inShort(parseExpression(text))).toBe(short);
  });

  it.each([
    ['room.owner = $auth.id', /beyond a field of the row/],
    ['room->owned.x = 1', /beyond a field of the row/],
    ['->member->room CONTAINS 1', /is not understood/],
    ['tags[0] = 1', /beyond a field of the row/],
    ['$value = 1', /\$value can't be followed/],
    ['$before.a = 1', /\$before can't be followed/],
    ['a = $parent.b', /\$parent can't be followed/],
    ['(SELECT VALUE id FROM user) CONTAINS a', /statements such as SELECT/],
    ['(CREATE log) != NONE', /statements such as CREATE/],
    ['a = (DELETE user)', /statements such as DELETE/],
    ['{ RETURN a = 1 }', /is not understood/],
    ['(IF a { true } ELSE { false })', /statements such as IF/],
    ['at < time::now()', /time::now changes without a write/],
    ['a = rand::bool()', /changes without a write/],
    ['record::exists(owner)', /by the rights of whoever asks/],
    ['fn::may($auth, id)', /a function of yours/],
    ['http::get($auth.url) = 1', /not supported/],
    ['string::lowercase(a) = 1', /of the row is worked out by the database alone/],
    ['array::any($auth.x, |$y| $y)', /not supported/],
    ['$auth.x.filter(1) = a', /the method filter\(\)/],
    ['[a, b] CONTAINS 1', /lists of fields/],
    ['owner = (user:[a, 1])', /lists of fields/],
    ['a = { b: 1 }', /is not understood/],
    ['a ?? b', /is not understood/],
    ['x INSIDE 1..5', /is not understood/],
    ["a @@ 'x'", /is not understood/],
    ['<string> a = 1', /is not understood/],
    ['$auth->? CONTAINS a', /name the tables/],
    ["$auth->(member WHERE role = 'x')->room CONTAINS a", /is not understood/],
    ['$auth.x[WHERE a = 1] = 1', /give the place of an element/],
    ['a =', /ends too early/],
    ['', /ends too early/],
    ['a = 1 b', /is not understood/],
    ['a = 1; DELETE user', /is not understood/],
    ['a = 1 = 2', /comparisons of comparisons/],
    ['a = \u0000', /is not understood/],
    ['__proto__ = 1', /no field that can be followed/],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, /nested too deeply/],
    [`${'!'.repeat(200)}a`, /nested too deeply/],
  ])('is refused: %s', (text, why) => {
    expect(() => parseExpression(text)).toThrow(why);
  });

  it.each([
    ['a = $auth', {}],
    ['a = $auth.id', {}],
    ['a = $token.org.plan AND b = $access', {}],
    ['a = $auth.role', { self: true }],
    ['a = $auth.org.plan', { self: true, anything: true }],
    ['a INSIDE $auth->member->room', { edges: ['member'] }],
    ['a INSIDE $auth->member.role', { edges: ['member'] }],
    ['a INSIDE $auth->member->room.name', { edges: ['member'], tables: ['room'] }],
    ['a INSIDE $auth->member->room->part->org', { edges: ['member'], tables: ['room', 'part', 'org'] }],
    ['a INSIDE $auth->(member, guest)->room', { edges: ['member', 'guest'] }],
    ['a INSIDE $auth.org->owns->room', { self: true, anything: true, tables: ['owns', 'room'] }],
    ["a = type::record('x', $token.x).y", { anything: true }],
    ['a = $token.scopes.contains($auth.role)', { self: true }],
    ['a = $token.scopes.contains(count($auth->member))', { edges: ['member'] }],
    ['a = (badge:[$auth.role, 1])', { self: true }],
  ])('says what of a principal it reads: %s', (text, reads) => {
    const expression = parseExpression(text);
    const found = { self: false, anything: false, edges: [] as string[], tables: [] as string[] };
    const visit = (part: Expression): void => {
      if (part.kind === 'and' || part.kind === 'or') part.of.forEach(visit);
      const constant = part.kind === 'compare' ? part.operand : part;
      if (constant.kind !== 'constant') return;
      found.self ||= constant.reads.self;
      found.anything ||= constant.reads.anything;
      found.edges.push(...constant.reads.edges);
      found.tables.push(...constant.reads.tables);
    };
    visit(expression);
    expect(found).toEqual({ self: false, anything: false, edges: [], tables: [], ...reads });
  });
});
