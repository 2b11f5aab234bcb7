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
    ['room.members CONTAINS $auth.id', 'row(room.members CONTAINS $auth.id)'],
    ['published OR room.open', 'or(published, row(room.open))'],
    ['->likes->post CONTAINS $auth.post', 'row(->likes->post CONTAINS $auth.post)'],
    [
      "room<-(member WHERE role = 'x')<-user CONTAINS $auth",
      "row(room<-(member WHERE role = 'x')<-user CONTAINS $auth)",
    ],
    ['tags[0] = 1', 'row(tags[0] = 1)'],
    ['string::lowercase(a) = $auth.name', 'row(string::lowercase(a) = $auth.name)'],
    ['[a, b] CONTAINS $auth.id', 'row([a, b] CONTAINS $auth.id)'],
    ['a ?? b', 'row(a ?? b)'],
    ['a = 1 AND $auth.x ?? b', 'row(a = 1 AND $auth.x ?? b)'],
    ['a = 1 AND ($auth.x ?? 2) = b', 'and(a = {1}, b = {($auth.x ?? 2)})'],
    ['a = ($auth.x ?? 2)', 'a = {($auth.x ?? 2)}'],
    ['$auth.x ?? 2 = 2', '{$auth.x ?? 2 = 2}'],
    ['a = <string> $auth.n', 'a = {<string> $auth.n}'],
    ['<datetime> a > $auth.at', 'row(<datetime> a > $auth.at)'],
    ["a INSIDE $auth->(member WHERE role = 'x')->room", "a INSIDE {$auth->(member WHERE role = 'x')->room}"],
    ['(SELECT VALUE id FROM user) CONTAINS a', 'a INSIDE {(SELECT VALUE id FROM user)}'],
    [
      'a INSIDE (SELECT VALUE room FROM seat WHERE user = $auth.id ORDER BY n DESC LIMIT 3)',
      'a INSIDE {(SELECT VALUE room FROM seat WHERE user = $auth.id ORDER BY n DESC LIMIT 3)}',
    ],
  ])('is read: %s', (text, short) => {
    expect(inShort(parseExpression(text))).toBe(short);
  });

  it.each([
    ['$value = 1', /\$value can't be followed/],
    ['$before.a = 1', /\$before can't be followed/],
    ['a = $parent.b', /\$parent can't be followed/],
    ['(CREATE log) != NONE', /statements such as CREATE/],
    ['a = (DELETE user)', /statements such as DELETE/],
    ['{ RETURN a = 1 }', /is not understood/],
    ['(IF a { true } ELSE { false })', /statements such as IF/],
    ['at < time::now()', /time::now changes without a write/],
    ['a = rand::bool()', /changes without a write/],
    ['record::exists(owner)', /by the rights of whoever asks/],
    ['fn::may($auth, id)', /fn::may is not defined/],
    ['http::get($auth.url) = 1', /not supported/],
    ['array::any($auth.x, |$y| $y)', /not supported/],
    ['$auth.x.filter(1) = a', /the method filter\(\)/],
    ['owner = (user:[a, 1])', /a of the row is not supported here/],
    ['a = { b: 1 }', /is not understood/],
    ['x INSIDE 1..5', /is not understood/],
    ["a @@ 'x'", /is not understood/],
    ['<string> a = 1', /<string> of the row is not supported/],
    ['a / 2 = 1', /tells whole numbers from others/],
    ['a ?? 0 / 2 = 1', /tells whole numbers from others/],
    ['math::floor(a) = 1', /math::floor of the row is not supported/],
    ['<future> { 1 } = a', /<future> is not supported|is not understood/],
    ['SELECT VALUE id FROM user', /statements such as SELECT/],
    ['(SELECT VALUE id FROM user WHERE a = $parent.b) CONTAINS a', /\$parent can't be followed/],
    ['(SELECT VALUE id FROM $this) CONTAINS a', /FROM \$this is not supported/],
    ['(SELECT VALUE (CREATE x) FROM user) CONTAINS a', /statements such as CREATE/],
    ['(SELECT VALUE id FROM user ORDER BY rand()) CONTAINS a', /changes without a write/],
    ['(SELECT VALUE id FROM user FETCH room) CONTAINS a', /is not understood/],
    ['room.* = 1', /name a field/],
    ['room.{ a } = 1', /name a field/],
    ['(room ?? other).open', /steps begin at a field/],
    ['array::first(rooms).open', /steps begin at a field/],
    ['->? = 1', /name the tables/],
    ['$this.a = 1', /\$this can't be followed/],
    ['room.filter(|$x| $x) = 1', /the method filter\(\)/],
    ['$auth->? CONTAINS a', /name the tables/],
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
    ['a = $auth.org.plan', { self: true }],
    ['a INSIDE $auth->member->room', { edges: ['member'] }],
    ['a INSIDE $auth->member.role', { edges: ['member'] }],
    ['a INSIDE $auth->member->room.name', { edges: ['member'], tables: ['room'] }],
    ['a INSIDE $auth->member->room->part->org', { edges: ['member'], tables: ['room', 'part', 'org'] }],
    ['a INSIDE $auth->(member, guest)->room', { edges: ['member', 'guest'] }],
    ['a INSIDE $auth.org->owns->room', { self: true, tables: ['owns', 'room'] }],
    ["a = type::record('x', $token.x).y", { anything: true }],
    ['a = $token.scopes.contains($auth.role)', { self: true }],
    ['a = $token.scopes.contains(count($auth->member))', { edges: ['member'] }],
    ['a = (badge:[$auth.role, 1])', { self: true }],
    ["a INSIDE $auth->(member WHERE role = 'x')->room", { edges: ['member'], tables: ['member'] }],
    ['a INSIDE (SELECT VALUE room FROM seat WHERE user = $auth.id)', { tables: ['seat'] }],
    ['a INSIDE (SELECT VALUE room.name FROM seat, chair)', { tables: ['seat', 'chair'] }],
    ['a = ($auth.x ?? count((SELECT 1 AS one FROM seat)))', { self: true, tables: ['seat'] }],
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
    found.tables = [...new Set(found.tables)];
    expect(found).toEqual({ self: false, anything: false, edges: [], tables: [], ...reads });
  });
});
