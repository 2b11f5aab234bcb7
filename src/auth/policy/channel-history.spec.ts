import { describe, expect, it } from '@jest/globals';
import { parseHistory } from './channel-history.js';
import { PolicyError } from './policy-error.js';

describe('parseHistory', () => {
  it.each<[object, number, number]>([
    [{ size: 100, age: '1h' }, 100, 3_600_000],
    [{ size: 1, age: '30s' }, 1, 30_000],
    [{ size: 10_000, age: '5m' }, 10_000, 300_000],
    [{ size: 7, age: '30d' }, 7, 2_592_000_000],
    [{ size: 7, age: 90 }, 7, 90_000],
    [{ size: 7, age: 0.5 }, 7, 500],
    [{ size: 7 }, 7, 300_000],
    [{ age: '1m' }, 100, 60_000],
    [{}, 100, 300_000],
  ])('reads %j as %i messages, %i ms', (json, size, age) => {
    expect(parseHistory(json, 'channels.a.history')).toEqual({ size, age });
  });

  it.each<[unknown, string]>([
    [true, 'channels.a.history: has to be an object'],
    [{ count: 7 }, 'channels.a.history.count: unknown key (known are size, age)'],
    [{ size: 0 }, 'channels.a.history.size: has to be a whole number'],
    [{ size: 10_001 }, 'channels.a.history.size: has to be a whole number of messages from 1 to 10000'],
    [{ size: 1.5 }, 'channels.a.history.size: '],
    [{ size: '7' }, 'channels.a.history.size: '],
    [{ size: null }, 'channels.a.history.size: '],
    [{ age: 0 }, 'channels.a.history.age: has to be a time such as'],
    [{ age: '0s' }, 'channels.a.history.age: '],
    [{ age: -1 }, 'channels.a.history.age: '],
    [{ age: '31d' }, 'channels.a.history.age: '],
    [{ age: '1 h' }, 'channels.a.history.age: '],
    [{ age: '1w' }, 'channels.a.history.age: '],
    [{ age: '' }, 'channels.a.history.age: '],
    [{ age: null }, 'channels.a.history.age: '],
  ])('refuses %j, naming the place', (json, message) => {
    expect(() => parseHistory(json, 'channels.a.history')).toThrow(PolicyError);
    expect(() => parseHistory(json, 'channels.a.history')).toThrow(message);
  });
});
