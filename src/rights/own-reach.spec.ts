import { describe, expect, it } from '@jest/globals';
import { parseExpression } from './expression/parse-expression.js';
import { partsOf } from './expression/parts.js';
import { joinReads } from './expression/reads.js';
import { ownReach } from './own-reach.js';
import { readSchema, UNKNOWN_TABLE, type StructuredField } from './table-schema.js';

const FIELDS: Readonly<Record<string, readonly StructuredField[]>> = {
  user: [
    { name: 'org', kind: 'none | record<org>' },
    { name: 'friends', kind: 'array' },
    { name: 'friends.*', kind: 'record<user>' },
    { name: 'things', kind: 'array' },
    { name: 'age', kind: 'int', computed: 'now - born' },
  ],
  org: [{ name: 'parent', kind: 'record<org>' }],
  member: [{ name: 'share', computed: '1' }],
  room: [{ name: 'host', kind: 'record<user>' }],
};
const KINDS: Readonly<Record<string, string>> = { member: 'RELATION', room: 'NORMAL' };

function reachOf(permission: string) {
  const reads = joinReads(partsOf(parseExpression(permission), 'row').constants.map((constant) => constant.reads));
  const { fields, anything } = ownReach(reads.ways, 'user', (name) => {
    const { [name]: known } = FIELDS;
    return known ? readSchema({ name, kind: { kind: KINDS[name] ?? 'ANY' } }, known) : UNKNOWN_TABLE;
  });
  return { fields: Object.fromEntries([...fields].map(([table, names]) => [table, [...names]])), anything };
}

describe('what is read along links from a principal', () => {
  it.each([
    ["$auth.role = 'admin'", {}],
    ["$auth.org.plan = 'pro'", { org: ['plan'] }],
    ["$auth.org.parent.plan = 'pro'", { org: ['parent', 'plan'] }],
    ['a INSIDE $auth.friends.name', { user: ['name'] }],
    ['a INSIDE $auth->member->room', {}],
    ['a INSIDE $auth->member->room.host.name', { room: ['host'], user: ['name'] }],
    ['a INSIDE (SELECT VALUE host.name FROM room)', { room: ['host'], user: ['name'] }],
    ['a = $auth.org[0].plan', { org: ['plan'] }],
  ])('is known by the kinds of fields: %s', (permission, fields) => {
    expect(reachOf(permission)).toEqual({ fields, anything: false });
  });

  it.each([
    ['a = $auth.boss.name'],
    ['a INSIDE $auth.things.name'],
    ['a = $auth.age'],
    ['a INSIDE $auth->member.share'],
    ['a = $auth.org.missing.plan'],
  ])('may be anything: %s', (permission) => {
    expect(reachOf(permission)).toMatchObject({ anything: true });
  });
});
