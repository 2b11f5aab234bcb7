import { describe, expect, it } from '@jest/globals';
import { parseValue, valueRest } from './presence-news.js';

const SINCE = '2026-11-29T08:00:00.000Z';
const value = (state: string, since = SINCE) => `owner ${since}\n${valueRest({ id: 'ann', key: 'k', state, since })}`;

describe('a member in Redis', () => {
  it('is read with its state', () => {
    expect(parseValue(value('{"a":{"b":1}}'))).toEqual({
      owner: 'owner',
      member: { id: 'ann', key: 'k', state: '{"a":{"b":1}}', since: SINCE },
    });
  });

  it.each([
    ['a state that is no JSON', value('{a:1}')],
    ['a state that would go on behind its end', value('{},"key":"other"')],
    ['a state that is no object', value('[1]')],
    ['a state that is null', value('null')],
    ['no state', value('')],
    ['a time that is none', value('{}', 'now"')],
    ['a name that is none', `owner ${SINCE}\nann\n{}`],
  ])('is none with %s', (_name, text) => {
    expect(parseValue(text)).toBeUndefined();
  });
});
