import { Config } from '../src/config/config.js';
import { MemoryBroker } from '../src/channels/broker-memory.js';
import { RedisBroker } from '../src/channels/redis/broker-redis.js';
import { MetricsService } from '../src/metrics/metrics.service.js';
import { RedisLink } from '../src/redis/redis-link.js';
import { RedisState } from '../src/redis/redis-state.js';
import { describe } from '@jest/globals';
import { brokerContract, CHANNEL_BYTES } from './support/broker-contract.js';
import { startChannelSupervisor } from './support/channel-supervisor.js';
import { RedisCluster } from './support/redis-groups.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

brokerContract('MemoryBroker', async () => {
  const broker = new MemoryBroker(configOf({}), new MetricsService());
  broker.onModuleInit();
  return { brokers: [broker, broker], stop: async () => broker.onModuleDestroy() };
});

describe('of several workers', () => {
  brokerContract('RemoteBroker', async () => {
    const supervisor = await startChannelSupervisor(configOf({}));
    const [here, there] = await Promise.all([supervisor.connect(), supervisor.connect()]);
    return { brokers: [here, there], stop: () => supervisor.stop() };
  });
});

(hasRedis ? describe : describe.skip)('over one Redis', () => {
  brokerContract('RedisBroker', async () => {
    const redis = await RedisServer.start();
    const instances = await Promise.all([redisInstance(redis.url), redisInstance(redis.url)]);
    return {
      brokers: [instances[0].broker, instances[1].broker],
      stop: async () => {
        for (const instance of instances) instance.stop();
        await redis.stop();
      },
    };
  });
});

(hasRedis ? describe : describe.skip)('over a cluster of Redis', () => {
  brokerContract('RedisBroker', async () => {
    const cluster = await RedisCluster.start(3);
    const instances = await Promise.all([redisInstance(cluster.url), redisInstance(cluster.url)]);
    return {
      brokers: [instances[0].broker, instances[1].broker],
      stop: async () => {
        for (const instance of instances) instance.stop();
        await cluster.stop();
      },
    };
  });
});

async function redisInstance(redisUrl: string) {
  const config = configOf({ broker: 'redis', redisUrl });
  const metrics = new MetricsService();
  const link = new RedisLink(config, new RedisState(), metrics);
  const broker = new RedisBroker(config, link, metrics);
  broker.onModuleInit();
  await link.onModuleInit();
  return {
    broker,
    stop: () => {
      broker.onModuleDestroy();
      link.onApplicationShutdown();
    },
  };
}

function configOf(settings: Partial<Config>): Config {
  return Object.assign(new Config(), { limitHistoryBytesPerChannel: CHANNEL_BYTES, ...settings });
}
