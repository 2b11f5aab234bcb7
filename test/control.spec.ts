import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { Instances } from './support/instances.js';
import { until } from './support/poll.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';
import { tokenOf } from './support/tokens.js';

const ENV = { API_KEY: 'key-1', LIMIT_REVOCATIONS: '50' };
const now = () => Math.floor(Date.now() / 1_000);

function control(name: string, start: () => Promise<{ instances: Instances; redis?: RedisServer }>) {
  describe(name, () => {
    let instances: Instances;
    let redis: RedisServer | undefined;
    let last: number;

    beforeAll(async () => {
      ({ instances, redis } = await start());
      last = instances.gateways.length - 1;
    });
    afterAll(async () => {
      await instances.stop();
      await redis?.stop();
    });

    const post = async (path: string, body?: object) => {
      const response = await fetch(`${instances.at(0).httpUrl}/api/v1/${path}`, {
        method: 'POST',
        headers: { 'x-api-key': 'key-1', 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return {
        status: response.status,
        body: response.status === 202 ? undefined : ((await response.json()) as object),
      };
    };
    const revoke = (body: object) => post('tokens/revoke', body);
    const shows = async (at: number, claims: object, principal = 'ann') => {
      const client = await TestClient.connect(instances.at(at).url, { token: tokenOf(principal, { ...claims }) });
      return (await client.closed).code;
    };

    it('disconnects a principal everywhere, and nobody else', async () => {
      const anns = await Promise.all([instances.connect(0, 'ann'), instances.connect(last, 'ann')]);
      const bob = await instances.connect(last, 'bob');
      expect(await post('principals/ann/disconnect')).toMatchObject({ status: 200 });
      for (const ann of anns) expect((await ann.closed).code).toBe(4403);
      expect(await bob.request({ id: 'p', type: 'ping' })).toMatchObject({ type: 'pong' });
    });

    it('revokes one token by its id: live connections are closed, and it opens none', async () => {
      const there = await instances.connect(last, 'ann', { jti: `${name}-1` });
      const here = await instances.connect(0, 'ann', { jti: `${name}-1` });
      const other = await instances.connect(last, 'ann', { jti: `${name}-2` });
      expect(await revoke({ jti: `${name}-1`, expires: now() + 3_600 })).toMatchObject({ status: 200 });
      expect((await here.closed).code).toBe(4403);
      expect(await there.closed).toEqual({ code: 4403, reason: 'the token was revoked' });
      expect(await shows(0, { jti: `${name}-1` })).toBe(4403);
      expect(await shows(last, { jti: `${name}-1` })).toBe(4403);
      expect(await other.request({ id: 'p', type: 'ping' })).toMatchObject({ type: 'pong' });
      const renewal = await other.request({ id: 'a', type: 'auth', token: tokenOf('ann', { jti: `${name}-1` }) });
      expect(renewal).toMatchObject({ type: 'error', code: 'UNAUTHENTICATED' });
      expect(await other.request({ id: 'q', type: 'ping' })).toMatchObject({ type: 'pong' });
    });

    it('revokes what was issued to a principal before a time, and lets in what is issued later', async () => {
      const carl = await instances.connect(last, 'carl', { iat: now() - 100 });
      const fresh = await instances.connect(last, 'carl', { iat: now() + 100 });
      expect(await revoke({ principal: 'carl' })).toMatchObject({ status: 200 });
      expect((await carl.closed).code).toBe(4403);
      expect(await shows(0, { iat: now() - 1 }, 'carl')).toBe(4403);
      expect(await fresh.request({ id: 'p', type: 'ping' })).toMatchObject({ type: 'pong' });
      await instances.connect(0, 'carl', { iat: now() + 100 });
    });

    it('revokes tokens of servers, too', async () => {
      const token = tokenOf('server', { jti: `${name}-server`, roles: ['service'] });
      const stats = async () =>
        (await fetch(`${instances.at(last).httpUrl}/api/v1/stats`, { headers: { authorization: `Bearer ${token}` } }))
          .status;
      expect(await stats()).toBe(200);
      await revoke({ jti: `${name}-server` });
      await until(async () => (await stats()) === 401);
    });

    it('counts no revocation whose tokens have expired', async () => {
      const statuses = new Set<number>();
      for (let n = 0; n <= 60; n += 1) {
        statuses.add((await revoke({ jti: `${name}-past-${n}`, expires: now() - 10 })).status);
      }
      expect([...statuses]).toEqual([200]);
    });

    it('takes no more revocations than may be kept, and says what helps', async () => {
      let answer = await revoke({ jti: `${name}-many-0` });
      for (let n = 1; n <= 50 && answer.status === 200; n += 1) answer = await revoke({ jti: `${name}-many-${n}` });
      expect(answer).toMatchObject({ status: 413, body: { error: { code: 'LIMIT_EXCEEDED' } } });
      expect(JSON.stringify(answer.body)).toContain('LIMIT_REVOCATIONS');
    });

    it('needs the key of the API', async () => {
      const response = await fetch(`${instances.at(0).httpUrl}/api/v1/tokens/revoke`, { method: 'POST' });
      expect(response.status).toBe(401);
    });
  });
}

control('one instance', async () => ({ instances: await Instances.start(ENV) }));

(hasRedis ? describe : describe.skip)('over Redis', () => {
  control('two instances', async () => {
    const redis = await RedisServer.start();
    const env = { ...ENV, BROKER: 'redis', REDIS_URL: redis.url };
    return { redis, instances: await Instances.start(env, env) };
  });

  describe('an instance', () => {
    let redis: RedisServer;
    let instances: Instances;
    const post = async (at: number, path: string, body?: object) =>
      fetch(`${instances.at(at).httpUrl}/api/v1/${path}`, {
        method: 'POST',
        headers: { 'x-api-key': 'key-1', 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });

    beforeAll(async () => {
      redis = await RedisServer.start();
      const env = { ...ENV, BROKER: 'redis', REDIS_URL: redis.url };
      instances = await Instances.start(env, env);
    });
    afterAll(async () => {
      await instances.stop();
      await redis.stop();
    });

    it('that starts later knows what was revoked before', async () => {
      await post(0, 'tokens/revoke', { jti: 'earlier' });
      const later = await Instances.start({ ...ENV, BROKER: 'redis', REDIS_URL: redis.url });
      const client = await TestClient.connect(later.at(0).url, { token: tokenOf('ann', { jti: 'earlier' }) });
      expect((await client.closed).code).toBe(4403);
      await later.stop();
    });

    it('has subscribers of all instances read a topic again', async () => {
      const ann = await instances.connect(1, 'ann');
      await instances.define('notes');
      expect(await ann.request({ id: 's', type: 'subscribe', topic: 'notes' })).toMatchObject({ type: 'subscribed' });
      expect((await post(0, 'topics/notes/resync')).status).toBe(202);
      expect(await ann.next('resync')).toMatchObject({ reason: 'requested' });
    });

    it('says that only it has done it while Redis is away, and gives the others what it knows when Redis lost it', async () => {
      const there = await instances.connect(1, 'dora', { jti: 'dora-1' });
      await redis.kill();
      const answer = await post(0, 'tokens/revoke', { jti: 'dora-1' });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        error: { message: expect.stringContaining('This instance has done it') },
      });
      await redis.restart({ data: false });
      const again = async () => (await post(0, 'tokens/revoke', { jti: 'dora-1' })).status;
      await until(async () => (await again()) === 200);
      expect((await there.closed).code).toBe(4403);
      await until(async () => (await redis.ask('ZCARD edge-hive:revoked')).startsWith(':2'));
    });

    it('that starts while Redis is away lets no token in until it knows what is revoked', async () => {
      await redis.kill();
      const later = await Instances.start({ ...ENV, BROKER: 'redis', REDIS_URL: redis.url });
      const refused = await TestClient.connect(later.at(0).url, { token: tokenOf('ann') });
      expect((await refused.closed).code).toBe(1013);
      await redis.restart();
      await until(async () => {
        const client = await TestClient.connect(later.at(0).url, { token: tokenOf('ann') });
        const welcomed = await Promise.race([client.next('welcome').then(() => true), client.closed.then(() => false)]);
        await client.close();
        return welcomed;
      });
      await later.stop();
    });
  });
});
