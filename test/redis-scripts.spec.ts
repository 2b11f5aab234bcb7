import { afterEach, describe, expect, it } from '@jest/globals';
import { Config } from '../src/config/config.js';
import { MetricsService } from '../src/metrics/metrics.service.js';
import { RedisLink } from '../src/redis/redis-link.js';
import { RedisScript } from '../src/redis/redis-script.js';
import { RedisState } from '../src/redis/redis-state.js';
import { until } from './support/poll.js';
import { TcpProxy } from './support/proxy.js';
import { RedisCluster } from './support/redis-groups.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

const APPEND = new RedisScript(`return redis.call('RPUSH', KEYS[1], ARGV[1])`);
/** The same to two keys at once, of which it makes a difference which comes first. */
const ORDERED = new RedisScript(
  `redis.call('RPUSH', KEYS[2], ARGV[1])
return redis.call('RPUSH', KEYS[1], ARGV[1])`,
  { ordered: true },
);
const UNAVAILABLE = { code: 'UNAVAILABLE', retryable: true };
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

(hasRedis ? describe : describe.skip)('scripts in Redis', () => {
  const ends: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const connect = async (redisUrl: string, redisTimeoutMs = 1_500) => {
    const state = new RedisState();
    const config = Object.assign(new Config(), { broker: 'redis', redisUrl, redisTimeoutMs });
    const link = new RedisLink(config, state, new MetricsService());
    ends.push(() => link.onApplicationShutdown());
    await link.onModuleInit();
    await until(() => state.status === 'up');
    // A cluster's servers are connected to when they are first asked.
    for (const key of KEYS) await link.call('EXISTS', key);
    return { link, state };
  };
  /** Several at once, to each key, then one more. */
  const append = async (link: RedisLink) => {
    for (const count of [3, 1])
      await Promise.all(KEYS.flatMap((key) => Array.from({ length: count }, () => link.run(APPEND, [key], ['x']))));
  };
  const expectInOrder = async (servers: readonly RedisServer[]) => {
    for (const server of servers) {
      const commands = await server.ask('INFO commandstats');
      expect(commands).toContain('cmdstat_eval:');
      expect(commands).toContain('cmdstat_evalsha:');
      // A command that a server refuses for want of its script is sent again behind those that came after it.
      expect(await server.ask('INFO errorstats')).not.toContain('NOSCRIPT');
    }
  };

  it('are brought to a server before they are named to it, also to one that took its place', async () => {
    const server = await RedisServer.start();
    ends.push(() => server.stop());
    const { link, state } = await connect(server.url);
    await append(link);
    await expectInOrder([server]);
    await server.kill();
    await until(() => state.status === 'down');
    await server.restart();
    await until(() => state.status === 'up');
    await append(link);
    await expectInOrder([server]);
  });

  it('are brought to each server of a cluster before they are named to it', async () => {
    const cluster = await RedisCluster.start(3);
    ends.push(() => cluster.stop());
    const { link } = await connect(cluster.url);
    await append(link);
    await expectInOrder(cluster.masters);
  });

  it('are brought again to a server that has forgotten them', async () => {
    const server = await RedisServer.start();
    ends.push(() => server.stop());
    const { link } = await connect(server.url);
    await append(link);
    await server.ask('SCRIPT FLUSH');
    expect(await link.run(APPEND, ['a'], ['x'])).toBe(5);
    await append(link);
    expect(await link.run(APPEND, ['a'], ['x'])).toBe(10);
  });

  /** Of a list, in its order. */
  const listAt = async (link: RedisLink, key: string) => link.call('LRANGE', key, 0, -1);

  it('are carried out in the order in which they were given or not at all, where a server forgot them and others bring them back', async () => {
    const server = await RedisServer.start();
    ends.push(() => server.stop());
    const wire = await TcpProxy.start(server.url);
    ends.push(() => wire.stop());
    // Nothing of this is to be given up while answers are held.
    const { link } = await connect(wire.url, 60_000);
    const { link: other } = await connect(server.url);
    const run = (by: RedisLink, key: string, text: string) => by.run(ORDERED, [`{${key}}`, `{${key}}:2`], [text]);
    await run(link, 'list', 'first');
    await run(other, 'elsewhere', 'first');
    await server.ask('SCRIPT FLUSH');
    const letGo = wire.holdAnswers();
    const early = run(link, 'list', 'early').catch((error: unknown) => error);
    await until(async () => (await server.ask('INFO errorstats')).includes('NOSCRIPT:count=1\r'));
    await run(other, 'elsewhere', 'second');
    const late = run(link, 'list', 'late');
    await until(async () => (await server.ask('LLEN {list}')) === ':2\r\n');
    letGo();
    expect(await early).toMatchObject(UNAVAILABLE);
    expect(await late).toBe(2);
    expect(await listAt(link, '{list}')).toEqual(['first', 'late']);
    // Nothing has overtaken the next one.
    await server.ask('SCRIPT FLUSH');
    expect(await run(link, 'list', 'alone')).toBe(3);
  });

  it('are carried out in their order or not at all in a cluster, while a slot moves from one of its servers to another', async () => {
    const cluster = await RedisCluster.start(3);
    ends.push(() => cluster.stop());
    const { link } = await connect(cluster.url);
    const keys = ['{list}', '{list}:2'];
    const run = (text: string) => link.run(ORDERED, keys, [text]);
    await run('first');
    const moving = await cluster.move('{list}');
    await moving.carry('{list}:2');
    // One key is here, the other there.
    const early = run('early').catch((error: unknown) => error);
    const reading = link.run(APPEND, ['{list}:3'], ['x']);
    await until(async () => {
      const refused = await Promise.all(cluster.masters.map((master) => master.ask('INFO errorstats')));
      return refused.join().includes('TRYAGAIN');
    });
    await moving.carry('{list}');
    await moving.end();
    await until(async () =>
      run('late').then(
        () => true,
        () => false,
      ),
    );
    expect(await early).toMatchObject(UNAVAILABLE);
    // What can be carried out at any time is sent on.
    await reading;
    expect(await listAt(link, '{list}')).toEqual(['first', 'late']);
  });
});
