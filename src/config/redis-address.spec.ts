import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './load-config.js';
import { parseRedisAddress } from './redis-address.js';

describe('parseRedisAddress', () => {
  it.each([
    ['redis://localhost', { kind: 'server', nodes: [{ host: 'localhost', port: 6379 }], tls: false, database: 0 }],
    ['redis://10.0.0.1:7000/3', { kind: 'server', nodes: [{ host: '10.0.0.1', port: 7000 }], tls: false, database: 3 }],
    ['redis://[::1]:7000', { kind: 'server', nodes: [{ host: '::1', port: 7000 }], tls: false, database: 0 }],
    [
      'rediss://ann:p%40ss%3A@cache.example/',
      {
        kind: 'server',
        nodes: [{ host: 'cache.example', port: 6379 }],
        tls: true,
        username: 'ann',
        password: 'p@ss:',
        database: 0,
      },
    ],
    [
      'redis://:only@h1:1,h2:2',
      {
        kind: 'cluster',
        nodes: [
          { host: 'h1', port: 1 },
          { host: 'h2', port: 2 },
        ],
        tls: false,
        password: 'only',
        database: 0,
      },
    ],
    [
      'redis+sentinel://s1,s2:5000/main/2',
      {
        kind: 'sentinel',
        nodes: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 5000 },
        ],
        master: 'main',
        tls: false,
        database: 2,
      },
    ],
    [
      'rediss+sentinel://s1/a%2Fb',
      { kind: 'sentinel', nodes: [{ host: 's1', port: 26379 }], master: 'a/b', tls: true, database: 0 },
    ],
  ])('reads %s', (url, address) => {
    expect(parseRedisAddress(url)).toEqual(address);
  });

  it.each([
    ['localhost:6379', 'must be a URL'],
    ['http://localhost', 'must be a URL'],
    ['redis://localhost?x=1', 'must be a URL'],
    ['redis://', 'must have a host'],
    ['redis://h1,,h2', 'must have a host'],
    ['redis://h:0', 'must have a host'],
    ['redis://h:65536', 'must have a host'],
    ['redis://h/x', 'must have a number as its database'],
    ['redis://h/0/1', 'must end in the number of a database'],
    ['redis://h1,h2/1', 'must not name a database'],
    ['redis+sentinel://h1', 'must name, behind the sentinels'],
    ['redis://:%zz@h', 'percent-encoded'],
  ])('refuses %s', (url, message) => {
    expect(() => parseRedisAddress(url)).toThrow(message);
  });
});

describe('REDIS_URL', () => {
  const load = (env: Record<string, string>) => () => loadConfig(env);

  it('is needed with BROKER=redis', () => {
    expect(load({ BROKER: 'redis' })).toThrow('REDIS_URL must say where Redis is, since BROKER is redis');
    expect(loadConfig({ BROKER: 'redis', REDIS_URL: 'redis://localhost' }).redisUrl).toBe('redis://localhost');
  });

  it.each([
    'redis://ann:hush-hush@host:x',
    'redis://ann:hush-hush@',
    'ann:hush-hush@host',
    'redis://a:hush-hush@h,h/1',
  ])('is refused without its password in the message: %s', (url) => {
    expect(load({ REDIS_URL: url })).toThrow(ConfigError);
    expect(load({ REDIS_URL: url })).toThrow(/REDIS_URL must (?!.*hush)/s);
  });

  it('has a prefix without braces, which say where keys are in a cluster', () => {
    expect(load({ REDIS_PREFIX: 'a{b}' })).toThrow('REDIS_PREFIX');
  });
});
