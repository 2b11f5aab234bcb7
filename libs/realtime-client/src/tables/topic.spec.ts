import { describe, expect, it } from '@jest/globals';
import type { Filter } from '@edge-hive/protocol';
import { type TopicArguments, topicSpec } from './topic.js';

describe('topicSpec', () => {
  const callback = () => undefined;
  const options = { fields: ['text'] };
  const filter = { room: 'general' };

  it.each<[string, TopicArguments<{ id: string }>, object, boolean]>([
    ['nothing', [], {}, false],
    ['a callback', [callback], {}, true],
    ['a callback and options', [callback, options], options, true],
    ['a filter', [filter], { filter }, false],
    ['a filter and a callback', [filter, callback], { filter }, true],
    ['all', [filter, callback, options], { filter, ...options }, true],
    ['no filter', [null, callback, options], options, true],
    ['a filter and options', [filter, options], { filter, ...options }, false],
    ['only options', [undefined, undefined, options], options, false],
  ])('takes %s', (_, args, request, hasCallback) => {
    const spec = topicSpec('messages', args);
    expect(spec.request).toEqual({ topic: 'messages', ...request });
    expect(spec.callback !== undefined).toBe(hasCallback);
  });

  it('asks for a snapshot where somebody wants its rows', () => {
    expect(topicSpec('messages', [null, callback, { onSnapshot: callback }]).request.snapshot).toBe(true);
  });

  it('keeps the filter as it was', () => {
    const changing = { room: 'general' };
    const { request } = topicSpec('messages', [changing, callback]);
    changing.room = 'other';
    expect(request.filter).toEqual({ room: 'general' });
  });

  it.each<[string, unknown, string]>([
    ['a condition', { room: undefined }, 'filter.room is undefined'],
    ['an operator', { 'address.age': { gte: 18, lt: NaN } }, 'filter.address.age.lt is NaN'],
    ['a list', { room: { in: ['a', undefined] } }, 'filter.room.in[1] is undefined'],
    ['a hole of a list', { room: { in: Array(1) } }, 'filter.room.in[0] is undefined'],
    ['or', { or: [{ room: 'a' }, { room: () => 'b' }] }, 'filter.or[1].room is a function'],
    ['not', { not: { age: { gt: -Infinity } } }, 'filter.not.age.gt is -Infinity'],
    ['no alternatives', { or: undefined }, 'filter.or is undefined'],
    ['an object', { address: { city: Symbol('Rome') } }, 'filter.address.city is Symbol(Rome)'],
    ['a date', { at: { gt: new Date('yesterday') } }, 'filter.at.gt is Invalid Date'],
    ['a large number', { n: 1n }, 'filter.n is 1'],
    ['a map', { at: { in: new Map([['a', 1]]) } }, 'filter.at.in is of the type Map'],
    ['a set', { room: { in: new Set(['a']) } }, 'filter.room.in is of the type Set'],
    ['bytes', { key: new Uint8Array(2) }, 'filter.key is of the type Uint8Array'],
    ['an expression', { text: /a/ }, 'filter.text is of the type RegExp'],
    ['a circle', circle(), 'filter.not contains itself'],
  ])('names the place in a filter that JSON can not carry: %s', (_, filter, message) => {
    expect(() => topicSpec('messages', [filter as Filter, callback])).toThrow(TypeError);
    expect(() => topicSpec('messages', [filter as Filter, callback])).toThrow(message);
  });

  it('sends null, dates and whatever else makes itself JSON', () => {
    const room = { toJSON: () => 'room:1' };
    const at = { gt: new Date(0) };
    // Of JavaScript, which no type keeps from passing them.
    const filter = { room, left: null, at } as unknown as Filter;
    const { request } = topicSpec('messages', [filter, callback]);
    expect(request.filter).toEqual({ room: 'room:1', left: null, at: { gt: '1970-01-01T00:00:00.000Z' } });
  });

  it.each<[unknown, string]>([
    [['INSERT'], '"INSERT" is no event: events has to be an array of CREATE, UPDATE, DELETE'],
    [['CREATE', '*'], '"*" is no event'],
    [['create'], '"create" is no event'],
    [[null], 'null is no event'],
    ['CREATE', 'events has to be an array'],
    [[], 'events has to be an array'],
  ])('names the words that events takes for %j', (events, message) => {
    const subscribe = () => topicSpec('messages', [null, callback, { events: events as never }]);
    expect(subscribe).toThrow(TypeError);
    expect(subscribe).toThrow(message);
  });

  it('names the argument that can not be used', () => {
    expect(() => topicSpec('', [callback])).toThrow('topic has to be');
    expect(() => topicSpec('messages', [[] as never, callback])).toThrow('filter has to be');
    expect(() => topicSpec('messages', [{}, 5 as never])).toThrow('callback has to be a function');
    expect(() => topicSpec('messages', [null, callback, { snapshot: true }])).toThrow('snapshot needs onSnapshot');
  });
});

function circle(): object {
  const filter: Record<string, unknown> = {};
  filter['not'] = filter;
  return filter;
}
