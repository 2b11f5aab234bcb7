import { describe, expect, it } from '@jest/globals';
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

  it('names the argument that can not be used', () => {
    expect(() => topicSpec('', [callback])).toThrow('topic has to be');
    expect(() => topicSpec('messages', [[] as never, callback])).toThrow('filter has to be');
    expect(() => topicSpec('messages', [{}, 5 as never])).toThrow('callback has to be a function');
    expect(() => topicSpec('messages', [null, callback, { snapshot: true }])).toThrow('snapshot needs onSnapshot');
  });
});
