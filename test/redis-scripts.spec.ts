import { afterEach, describe, expect, it } from '@jest/globals';
import { Config } from '../src/config/config.js';
import { MetricsService } from '../src/metrics/metrics.service.js';
import { RedisLink } from '../src/redis/redis-link.js';
import { RedisScript } from '../src/redis/redis-script.js';
import { RedisState } from '../src/redis/redis-state.js';
import { until } from './support/poll.js';
import { RedisCluster } from './support/redis-groups.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

const APPEND = new RedisScript(`return redis.call('RPUSH', KEYS[1], ARGV[1])`);
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

(hasRedis ? describe : describe.skip)('scripts in Redis', () => {
  const ends: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  const connect = async (redisUrl: string) => {
    const state = new RedisState();
    const link = new RedisLink(Object.assign(new Config(), { broker: 'redis', redisUrl }), state, new MetricsService());
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
});
