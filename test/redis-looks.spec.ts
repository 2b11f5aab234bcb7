import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisBroker } from '../src/channels/redis/broker-redis.js';
import { Config } from '../src/config/config.js';
import { MetricsService } from '../src/metrics/metrics.service.js';
import { RedisLink } from '../src/redis/redis-link.js';
import { RedisState } from '../src/redis/redis-state.js';
import { TestReceiver } from './support/broker-contract.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

const TIME = '2026-01-01T00:00:00.000Z';
const KEPT = { history: { size: 10, age: 60_000 } };

(hasRedis ? describe : describe.skip)('a look at the heads of channels', () => {
  let redis: RedisServer;
  const ends: (() => void)[] = [];

  /** @param fansOut whether others are told of what it publishes */
  async function instance(fansOut: boolean): Promise<RedisBroker> {
    const config = Object.assign(new Config(), { broker: 'redis', redisUrl: redis.url });
    const metrics = new MetricsService();
    const link = new RedisLink(config, new RedisState(), metrics);
    // A command that takes what PUBLISH takes, and tells nobody.
    if (!fansOut) Object.defineProperty(link.topics, 'publishCommand', { value: 'EXISTS' });
    const broker = new RedisBroker(config, link, metrics);
    broker.onModuleInit();
    await link.onModuleInit();
    ends.push(() => {
      broker.onModuleDestroy();
      link.onApplicationShutdown();
    });
    return broker;
  }

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(async () => {
    for (const end of ends) end();
    await redis.stop();
  });

  it('finds what was missed without any other sign: reads it where it is kept, and says so where it is not', async () => {
    const [here, mute] = [await instance(true), await instance(false)];
    const [kept, plain] = [new TestReceiver(), new TestReceiver()];
    await here.open('kept', kept);
    await here.open('plain', plain);
    const say = (by: RedisBroker, channel: string, data: string, carriage: object = {}) =>
      by.publish({ channel, event: 'said', data, time: TIME }, carriage);
    for (const data of ['1', '2']) await say(mute, 'kept', data, KEPT);
    await say(mute, 'plain', '1');
    expect([...kept.data, ...plain.data]).toEqual([]);
    // Nothing is published behind it, no connection breaks: only a look tells.
    await kept.until(() => kept.messages.length === 2);
    await plain.until(() => plain.interruptions.length === 1);
    expect(kept.data).toEqual(['1', '2']);
    expect(kept.interruptions).toEqual([]);
    await say(here, 'plain', '2');
    await plain.until(() => plain.messages.length === 1);
    expect(plain.data).toEqual(['2']);
  });
});
