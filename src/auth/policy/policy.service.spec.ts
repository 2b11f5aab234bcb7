import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Config } from '../../config/config.js';
import { MetricsService } from '../../metrics/metrics.service.js';
import { PolicyService } from './policy.service.js';
import { SERVICE_CALLER, type Caller, type Principal } from '../tokens/principal.js';

const POLICY = {
  topics: {
    messages: { read: 'authenticated', where: { room: { in: '$claims.rooms' } }, fields: ['room', 'author.name'] },
    tasks: { read: { role: 'admin' } },
    news: { read: 'public' },
    notes: { read: 'authenticated', where: { owner: '$principal.id' } },
    '*': { read: 'service' },
  },
  channels: {
    '*': { subscribe: 'service' },
    'room:*': { subscribe: 'authenticated', publish: 'authenticated', history: { size: 50, age: '1h' } },
    'room:vip:*': { subscribe: { role: 'vip' } },
    'team:*': { subscribe: 'public', publish: 'public' },
    'team:{id}': { subscribe: 'authenticated', publish: 'none' },
    'room:lobby': { subscribe: 'public', publish: 'authenticated' },
    'user:{id}': { subscribe: { principal: '{id}' }, publish: 'service' },
  },
};

const NOBODY: Caller = { local: false };
const LOCAL: Caller = { local: true };

function caller(id: string, rest: Partial<Principal> = {}): Caller {
  return { principal: { id, roles: [], claims: {}, ...rest }, local: false };
}

const folder = mkdtempSync(join(tmpdir(), 'policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

function policyFile(text: string): string {
  const path = join(folder, 'policy.json');
  writeFileSync(path, text);
  return path;
}

function service(settings: Partial<Config>): PolicyService {
  return new PolicyService(Object.assign(new Config(), settings), new MetricsService());
}

describe('PolicyService with a file', () => {
  let policy: PolicyService;
  beforeAll(() => {
    policy = service({ policyFile: policyFile(JSON.stringify(POLICY)) });
  });

  it('gives the rows and fields that the rule names', () => {
    expect(policy.topicRights(caller('user-1', { claims: { rooms: ['a', 'b'] } }), 'messages')).toEqual({
      where: { kind: 'compare', path: ['room'], operator: 'in', operand: ['a', 'b'] },
      fields: [['room'], ['author', 'name']],
    });
  });

  it.each<[string, Caller, string, boolean]>([
    ['somebody', caller('user-1'), 'messages', true],
    ['nobody', NOBODY, 'messages', false],
    ['nobody', NOBODY, 'news', true],
    ['a local nobody', LOCAL, 'messages', false],
    ['an editor', caller('user-1', { roles: ['editor'] }), 'tasks', false],
    ['an admin', caller('user-1', { roles: ['admin'] }), 'tasks', true],
    ['somebody', caller('user-1'), 'others', false],
    ['the service', SERVICE_CALLER, 'others', true],
    ['the service', SERVICE_CALLER, 'edge_hive_identity', false],
    ['the service', SERVICE_CALLER, 'tasks', false],
  ])('%s %j reads %s: %s', (_name, who, topic, allowed) => {
    expect(policy.topicRights(who, topic) !== undefined).toBe(allowed);
  });

  it.each<[string, Caller, string, boolean, boolean]>([
    ['somebody', caller('user-1'), 'room:a:b', true, true],
    ['somebody', caller('user-1'), 'room:vip:1', false, false],
    ['a vip', caller('user-1', { roles: ['vip'] }), 'room:vip:1', true, false],
    ['nobody', NOBODY, 'team:red', false, false],
    ['somebody', caller('user-1'), 'team:red', true, false],
    ['nobody', NOBODY, 'team:', true, true],
    ['nobody', NOBODY, 'room:lobby', true, false],
    ['somebody', caller('user-1'), 'room:lobby', true, true],
    ['somebody', caller('user-1'), 'user:user-1', true, false],
    ['somebody', caller('user-1'), 'user:user-2', false, false],
    ['the service', SERVICE_CALLER, 'user:user-1', false, true],
    ['somebody', caller('user-1'), 'other', false, false],
    ['the service', SERVICE_CALLER, 'other', true, false],
    ['nobody', NOBODY, '', false, false],
  ])('%s %j uses channel %s: subscribe %s, publish %s', (_name, who, channel, subscribe, publish) => {
    expect(policy.mayUseChannel(who, channel, 'subscribe')).toBe(subscribe);
    expect(policy.mayUseChannel(who, channel, 'publish')).toBe(publish);
  });

  it.each([
    ['room:a', { size: 50, age: 3_600_000 }],
    ['room:vip:1', undefined],
    ['room:lobby', undefined],
    ['other', undefined],
    ['', undefined],
  ])('keeps of channel %s what the most specific rule says: %j', (channel, history) => {
    expect(policy.channelHistory(channel)).toEqual(history);
  });

  it('names the topics of the file', () => {
    expect(
      ['messages', 'tasks', 'others', '*', 'edge_hive_identity'].filter((topic) => policy.namesTopic(topic)),
    ).toEqual(['messages', 'tasks']);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"topics":', /^POLICY_FILE .*policy\.json: .*JSON/],
    ['no object', '[]', /policy\.json: policy: has to be an object$/],
    ['an unknown key', '{"topic":{}}', /policy\.json: policy\.topic: unknown key \(known are topics, channels\)$/],
    ['an unknown key of a topic', '{"topics":{"a":{"read":"public","filter":{}}}}', /: topics\.a\.filter: unknown key/],
    ['no condition', '{"topics":{"a":{}}}', /: topics\.a\.read: has to be/],
    ['a pattern of topics', '{"topics":{"a*":{"read":"public"}}}', /: topics\.a\*: a topic is the name of a table/],
    ['a topic of the service', '{"topics":{"edge_hive_a":{"read":"public"}}}', /: topics\.edge_hive_a: .* never read/],
    ['fields that are no list', '{"topics":{"a":{"read":"public","fields":"b"}}}', /: topics\.a\.fields: has to be/],
    [
      'a field that is none',
      '{"topics":{"a":{"read":"public","fields":["b","c..d"]}}}',
      /: topics\.a\.fields\[1\]: has to be/,
    ],
    [
      'a placeholder',
      '{"topics":{"a":{"read":{"principal":"{id}"}}}}',
      /: topics\.a\.read\.principal: unknown placeholder/,
    ],
    [
      'an unknown variable',
      '{"topics":{"messages":{"read":"public","where":{"room":{"in":"$claim.rooms"}}}}}',
      /: topics\.messages\.where\.room\.in: unknown variable \$claim\.rooms/,
    ],
    ['an unknown key of a channel', '{"channels":{"a":{"keep":{}}}}', /: channels\.a\.keep: unknown key/],
    ['a bad history', '{"channels":{"a":{"history":{"size":0}}}}', /: channels\.a\.history\.size: has to be/],
    [
      'another placeholder',
      '{"channels":{"{a}":{"publish":{"principal":"{b}"}}}}',
      /: channels\.\{a\}\.publish\.principal: /,
    ],
    ['a bad pattern', '{"channels":{"{":{}}}', /: channels\.\{: \{ is not a placeholder/],
  ])('does not start with %s', (_name, text, message) => {
    expect(() => service({ policyFile: policyFile(text) })).toThrow(message);
  });

  it('does not start with a file that is not there', () => {
    expect(() => service({ policyFile: join(folder, 'missing.json') })).toThrow(/^POLICY_FILE .*missing\.json: ENOENT/);
  });
});

describe('PolicyService without a file, in development', () => {
  const policy = service({});

  it.each<[string, Caller, string, boolean]>([
    ['a local nobody', LOCAL, 'messages', true],
    ['nobody', NOBODY, 'messages', false],
    ['somebody', caller('user-1'), 'messages', true],
    ['somebody', caller('user-1'), 'edge_hive_identity', false],
    ['a local nobody', LOCAL, 'edge_hive_identity', false],
  ])('%s %j reads %s: %s', (_name, who, topic, allowed) => {
    expect(policy.topicRights(who, topic)).toEqual(allowed ? {} : undefined);
  });

  it.each<[string, Caller, string, boolean]>([
    ['a local nobody', LOCAL, 'room:general', true],
    ['a local nobody', LOCAL, 'user:user-1', false],
    ['nobody', NOBODY, 'room:general', false],
    ['somebody', caller('user-1'), 'room:general', true],
    ['somebody', caller('user-1'), 'user:user-1', true],
    ['somebody', caller('user-1'), 'user:user-2', false],
    ['somebody local', { ...caller('user-1'), local: true }, 'user:user-2', false],
    ['the service', SERVICE_CALLER, 'user:user-2', true],
  ])('%s %j uses channel %s: %s', (_name, who, channel, allowed) => {
    expect(policy.mayUseChannel(who, channel, 'subscribe')).toBe(allowed);
    expect(policy.mayUseChannel(who, channel, 'publish')).toBe(allowed);
  });

  it('keeps a little of every channel', () => {
    for (const channel of ['room:general', 'user:user-1'])
      expect(policy.channelHistory(channel)).toEqual({ size: 100, age: 300_000 });
  });

  it('lets any user table be defined', () => {
    expect(policy.namesTopic('messages')).toBe(true);
    expect(policy.namesTopic('edge_hive_identity')).toBe(false);
  });
});

describe('PolicyService without a file, in production', () => {
  it('lets nobody do anything, and says so', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const policy = service({ environment: 'production' });
    policy.onModuleInit();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('is refused'));
    for (const who of [LOCAL, NOBODY, caller('user-1'), SERVICE_CALLER]) {
      expect(policy.topicRights(who, 'messages')).toBeUndefined();
      expect(policy.mayUseChannel(who, 'room:general', 'subscribe')).toBe(false);
      expect(policy.mayUseChannel(who, 'room:general', 'publish')).toBe(false);
    }
    expect(policy.namesTopic('messages')).toBe(false);
    warn.mockRestore();
  });
});

describe('rights of a renewed token', () => {
  let policy: PolicyService;
  beforeAll(() => {
    const topics = {
      a: { read: 'authenticated', where: { until: { lte: '$claims.exp' }, room: { in: '$claims.rooms' } } },
    };
    policy = service({ policyFile: policyFile(JSON.stringify({ topics })) });
  });

  const principal = (claims: Record<string, unknown>, roles: readonly string[] = []): Principal => ({
    id: 'user-1',
    roles,
    claims: { rooms: ['a', 'b'], exp: 1, ...claims },
  });
  const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

  it.each<[string, Principal]>([
    ['the same', principal({})],
    ['other times and another number, which no rule names', principal({ iat: 7, nbf: 8, jti: 'x' })],
    ['claims in another order', { ...principal({}), claims: { exp: 1, rooms: ['a', 'b'] } }],
  ])('are the same with %s', (_name, renewed) => {
    expect(policy.sameRights(principal({}), renewed)).toBe(true);
  });

  it.each<[string, Principal]>([
    ['another room', principal({ rooms: ['a', 'c'] })],
    ['fewer rooms', principal({ rooms: ['a'] })],
    ['a claim more', principal({ level: 1 })],
    ['a time that a rule names', principal({ exp: 2 })],
    ['another role', principal({}, ['admin'])],
    ['another id', { ...principal({}), id: 'user-2' }],
  ])('are not taken for the same with %s', (_name, renewed) => {
    expect(policy.sameRights(principal({}), renewed)).toBe(false);
  });

  it('count as changed where claims are nested too deeply to be compared', () => {
    expect(policy.sameRights(principal({ deep: deep(3_000) }), principal({ deep: deep(3_000) }))).toBe(false);
  });

  it.each([
    [Infinity, -Infinity],
    [Infinity, null],
  ])('tell %j from %j', (one, other) => {
    expect(policy.sameRights(principal({ level: one }), principal({ level: other }))).toBe(false);
  });
});
