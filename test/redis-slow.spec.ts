import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metric } from './support/health.js';
import { Instances } from './support/instances.js';
import { until } from './support/poll.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

// One database is enough: channels ask it for nothing.

const COMMANDS = 100;
const BYTES = 1024 * 1024;

(hasRedis ? describe : describe.skip)('a Redis that is slow', () => {
  let redis: RedisServer;
  let instances: Instances;

  beforeAll(async () => {
    redis = await RedisServer.start();
    instances = await Instances.start({
      BROKER: 'redis',
      REDIS_URL: redis.url,
      API_KEY: 'key-1',
      LIMIT_BROKER_COMMANDS: String(COMMANDS),
      LIMIT_BROKER_BYTES: String(BYTES),
      // It is slow in this test, not away.
      REDIS_TIMEOUT_MS: '60000',
    });
  });
  afterAll(async () => {
    redis.signal('SIGCONT');
    await instances.stop();
    await redis.stop();
  });

  const publish = async (channel: string, data: unknown) => {
    const response = await fetch(`${instances.at(0).httpUrl}/api/v1/channels/${channel}/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'key-1', 'content-type': 'application/json' },
      body: JSON.stringify({ event: 'said', data }),
    });
    return { status: response.status, body: await response.text() };
  };
  const waiting = (what: 'commands' | 'bytes') => metric(instances.at(0), `edge_hive_redis_${what}_waiting`);
  const refused = () => metric(instances.at(0), 'edge_hive_redis_refused_total');

  it.each([
    ['commands', 'room:1', 2 * COMMANDS, 'x'],
    ['bytes', 'room:2', COMMANDS / 2, 'x'.repeat(40_000)],
  ] as const)(
    'has so many %s wait, and more refused at once, and loses nothing that waited',
    async (what, channel, count, text) => {
      const client = await instances.connect(0);
      await client.request({ id: 's', type: 'subscribe', channel });
      const before = await refused();
      redis.signal('SIGSTOP');
      const answers: Awaited<ReturnType<typeof publish>>[] = [];
      const all = Array.from({ length: count }, async (_, n) => answers.push(await publish(channel, `${n} ${text}`)));
      // As long as Redis stands still nothing else is answered.
      await until(async () => answers.length + (await waiting('commands')) >= count, 60_000);
      expect(answers.length).toBeGreaterThan(0);
      for (const { status, body } of answers) {
        expect(status).toBe(503);
        expect(JSON.parse(body)).toMatchObject({ error: { code: 'UNAVAILABLE' } });
        expect(body).toContain('Channels are slow: as much waits for them as may.');
      }
      expect(await refused()).toBeGreaterThanOrEqual(before + answers.length);
      expect(await waiting('commands')).toBeLessThanOrEqual(COMMANDS);
      expect(await waiting('bytes')).toBeLessThanOrEqual(BYTES);
      expect(await waiting(what)).toBeGreaterThan((what === 'bytes' ? BYTES : COMMANDS) / 2);
      const refusedNow = answers.length;
      redis.signal('SIGCONT');
      await Promise.all(all);
      const carried = answers.slice(refusedNow);
      for (const { status } of carried) expect(status).toBe(202);
      await client.until(() => client.frames.filter(({ type }) => type === 'message').length === carried.length);
      expect((await publish(channel, 'last')).status).toBe(202);
      await client.until(() => client.frames.filter(({ type }) => type === 'message').length === carried.length + 1);
      expect(client.types).not.toContain('resync');
      await until(async () => (await waiting('commands')) < 5);
    },
  );
});
