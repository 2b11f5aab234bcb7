import { describe, expect, it } from '@jest/globals';
import type { Condition } from '../filter/condition.js';
import type { RowRights } from '../filter/row-rights.js';
import { rightsKeyOf, streamSpec } from './stream-spec.js';
import type { TopicRequest } from './topic-request.js';

const OWN: Condition = { kind: 'compare', path: ['owner'], operator: 'eq', operand: 'person:1' };
const SOME_FIELDS: RowRights = { fields: [['text'], ['author', 'name']] };

type Request = Omit<TopicRequest, 'topic'>;

function spec(request: Request = {}, rights: RowRights = {}) {
  return streamSpec({ topic: 'notes', ...request }, rights, { conditions: 16, depth: 4 });
}

describe('streamSpec', () => {
  it.each<[string, Request, Request]>([
    ['filters in another order', { filter: { a: 1, b: 2 } }, { filter: { b: 2, a: 1 } }],
    ['equality written out', { filter: { a: 1 } }, { filter: { a: { eq: 1 } } }],
    ['an empty filter', {}, { filter: {} }],
    ['fields in another order, repeated', { fields: ['a', 'b'] }, { fields: ['b', 'a', 'b'] }],
    ['fields below another', { fields: ['a', 'a.b'] }, { fields: ['a'] }],
    ['the id, which always comes', { fields: ['a', 'id'] }, { fields: ['a'] }],
    ['all events named', {}, { events: ['DELETE', 'UPDATE', 'CREATE'] }],
    ['events in another order', { events: ['UPDATE', 'CREATE'] }, { events: ['CREATE', 'UPDATE', 'CREATE'] }],
    ['another snapshot, cursor or command id', {}, { id: '7', snapshot: true, since: 'x', epoch: 'y' }],
  ])('is the same stream with %s', (_, one, other) => {
    expect(spec(one).key).toBe(spec(other).key);
  });

  it.each<[string, Request, Request]>([
    ['filter', { filter: { a: 1 } }, { filter: { a: '1' } }],
    ['filter at all', { filter: { a: 1 } }, {}],
    ['choice of fields', { fields: ['a'] }, { fields: ['b'] }],
    ['choice of fields at all', { fields: [] }, {}],
    ['choice of events', { events: ['CREATE'] }, { events: ['DELETE'] }],
  ])('is another stream with another %s', (_, one, other) => {
    expect(spec(one).key).not.toBe(spec(other).key);
  });

  it('is another stream under other rights, even where they amount to the filter', () => {
    const keys = [
      spec({ filter: { owner: 'person:1' } }).key,
      spec({}, { where: OWN }).key,
      spec({ filter: { owner: 'person:1' } }, { where: OWN }).key,
      spec({}, SOME_FIELDS).key,
      spec({ fields: ['text', 'author.name'] }).key,
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each<[string, Request, RowRights, object]>([
    ['everything', {}, {}, { filtered: false, restricted: false }],
    ['a filter', { filter: { a: 1 } }, {}, { filtered: true, restricted: false }],
    ['a filter that holds always', { filter: { not: { a: { in: [] } } } }, {}, { filtered: false, restricted: false }],
    ['rows of its own', {}, { where: OWN }, { filtered: true, restricted: true }],
    ['no fields', { fields: ['id'] }, {}, { fields: [] }],
    ['the fields that are allowed', {}, SOME_FIELDS, { fields: [['author', 'name'], ['text']] }],
    ['one of those', { fields: ['text'] }, SOME_FIELDS, { fields: [['text']] }],
    ['a path below an allowed one', { fields: ['text.first'] }, SOME_FIELDS, { fields: [['text', 'first']] }],
  ])('selects %s', (_, request, rights, expected) => {
    expect(spec(request, rights)).toMatchObject(expected);
  });

  it.each<[string, Request, RowRights, string]>([
    ['FORBIDDEN', { fields: ['secret'] }, SOME_FIELDS, 'fields: the field secret'],
    ['FORBIDDEN', { fields: ['author'] }, SOME_FIELDS, 'author'],
    ['FORBIDDEN', { fields: ['author.email'] }, SOME_FIELDS, 'author.email'],
    ['FORBIDDEN', { fields: ['textual'] }, SOME_FIELDS, 'textual'],
    ['FORBIDDEN', { filter: { secret: 1 } }, SOME_FIELDS, 'filter: the field secret'],
    [
      'FORBIDDEN',
      { filter: { or: [{ text: 1 }, { not: { 'author.email': { exists: true } } }] } },
      SOME_FIELDS,
      'email',
    ],
    ['INVALID_FIELDS', { fields: ['a', 'b..c'] }, {}, 'fields[1]'],
    ['INVALID_FILTER', { filter: { a: { like: 'x' } } }, {}, 'filter.a.like'],
    ['LIMIT_EXCEEDED', { filter: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`f${n}`, n])) }, {}, '16'],
  ])('refuses with %s: %j', (code, request, rights, text) => {
    expect(() => spec(request, rights)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }),
    );
  });

  it('lets the id be filtered on and selected, whatever the rights', () => {
    expect(() => spec({ filter: { id: 'notes:1' }, fields: ['id'] }, SOME_FIELDS)).not.toThrow();
  });
});

describe('rightsKeyOf', () => {
  it('is empty without any, and the same for the same', () => {
    expect(rightsKeyOf({})).toBe('');
    expect(rightsKeyOf({ where: OWN })).toBe(rightsKeyOf({ where: { kind: 'and', of: [OWN] } }));
    expect(rightsKeyOf({ fields: [['a'], ['b']] })).toBe(rightsKeyOf({ fields: [['b'], ['a']] }));
    expect(rightsKeyOf({ where: OWN })).not.toBe(rightsKeyOf({ where: OWN, fields: [['a']] }));
  });
});
