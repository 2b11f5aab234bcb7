import { describe, expect, it } from '@jest/globals';
import { compareSpecificity, matchChannel, parseChannelPattern } from './channel-pattern.js';
import { PolicyError } from './policy-error.js';

function match(pattern: string, channel: string): Record<string, string> | undefined {
  const captures = matchChannel(parseChannelPattern(pattern, 'channels'), channel);
  return captures && Object.fromEntries(captures);
}

describe('matchChannel', () => {
  it.each<[string, string, Record<string, string>]>([
    ['lobby', 'lobby', {}],
    ['room:*', 'room:general', {}],
    ['room:*', 'room:', {}],
    ['room:*', 'room:a:b', {}],
    ['*', 'anything', {}],
    ['*:news', 'team:red:news', {}],
    ['user:{id}', 'user:1', { id: '1' }],
    ['user:{id}', 'user:user:⟨a-b⟩', { id: 'user:⟨a-b⟩' }],
    ['user:{id}', 'user:{id}', { id: '{id}' }],
    ['dm:{from}:{to}', 'dm:a:b', { from: 'a', to: 'b' }],
    ['dm:{from}:{to}', 'dm:a:b:c', { from: 'a', to: 'b:c' }],
    ['dm:{from}:{to}', 'dm:::b', { from: ':', to: 'b' }],
    ['{team}:room:*', 'red:room:1', { team: 'red' }],
    ['{team}.{team2}.log', 'a.b.log.log', { team: 'a', team2: 'b.log' }],
    ['a.b', 'a.b', {}],
    ['user:{__proto__}', 'user:x', { ['__proto__']: 'x' }],
  ])('%s matches %s', (pattern, channel, captures) => {
    expect(Object.entries(match(pattern, channel) ?? { none: 'none' })).toEqual(Object.entries(captures));
  });

  it.each([
    ['lobby', 'lobby2'],
    ['lobby', 'Lobby'],
    ['lobby', ''],
    ['room:*', 'room'],
    ['room:*', 'my-room:general'],
    ['user:{id}', 'user:'],
    ['user:{id}', 'users:1'],
    ['dm:{from}:{to}', 'dm:a'],
    ['dm:{from}:{to}', 'dm:a:'],
    ['dm:{from}:{to}', 'dm::b'],
    ['{team}:room:*', ':room:1'],
    ['*:news', 'news'],
    ['ab*ba', 'aba'],
    ['a.b', 'axb'],
  ])('%s does not match %s', (pattern, channel) => {
    expect(match(pattern, channel)).toBeUndefined();
  });
});

describe('parseChannelPattern', () => {
  it.each([
    ['', 'a channel has a name'],
    ['user:{}', '{} is not a placeholder'],
    ['user:{a b}', '{a b} is not a placeholder'],
    ['user:{id', '{ is not a placeholder'],
    ['user:id}', '} is not a placeholder'],
    ['{a}{b}', 'text has to separate'],
    ['room:**', 'text has to separate'],
    ['{a}:{a}', 'comes twice'],
  ])('refuses %j', (pattern, message) => {
    expect(() => parseChannelPattern(pattern, 'channels.x')).toThrow(PolicyError);
    expect(() => parseChannelPattern(pattern, 'channels.x')).toThrow(message);
  });
});

describe('compareSpecificity', () => {
  it('puts exact names before placeholders before wildcards, and longer prefixes first', () => {
    const sorted = ['room:vip', 'user:admin:{id}', 'user:{id}', '{any}', 'room:vip:*', 'room:*', 'room*', '*:end', '*'];
    const shuffled = sorted.toReversed().map((pattern) => ({ pattern, parsed: parseChannelPattern(pattern, '') }));
    shuffled.sort((a, b) => compareSpecificity(a.parsed, b.parsed));
    expect(shuffled.map(({ pattern }) => pattern)).toEqual(sorted);
  });
});
