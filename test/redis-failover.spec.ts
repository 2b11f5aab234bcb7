import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { TestClient } from './support/client.js';
import { metric } from './support/health.js';
import { Instances } from './support/instances.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { until } from './support/poll.js';
import { RedisCluster, SentinelGroup } from './support/redis-groups.js';
import { hasRedis } from './support/redis.js';

// One database is enough: channels ask it for nothing.

/** Sentinels that disagree, or know too little of the replica, try again each six seconds. */
const SWITCH_MS = 120_000;
jest.setTimeout(2 * SWITCH_MS);

const ANYONE = { subscribe: 'authenticated', publish: 'authenticated' };
const POLICY = { channels: { 'room:*': { ...ANYONE, history: { size: 1_000, age: '1h' } } } };

(hasRedis ? describe : describe.skip)('channels over Redis when a server fails', () => {
  const endings: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function start(url: string): Promise<readonly [TestClient, TestClient, Instances]> {
    const policy: PolicyFile = await policyFile(POLICY);
    endings.push(() => policy.remove());
    const env = { BROKER: 'redis', REDIS_URL: url, POLICY_FILE: policy.path };
    const instances = await Instances.start(env, env);
    endings.push(() => instances.stop());
    return [await instances.connect(0), await instances.connect(1), instances];
  }

  const heard = (client: TestClient) =>
    client.frames.flatMap((frame) => (frame.type === 'message' ? [frame.data] : []));
  const publish = (client: TestClient, channel: string, data: string) =>
    client.request({ id: `${data}-${Math.random()}`, type: 'publish', channel, event: 'said', data, key: data });
  const publishUntilCarried = (client: TestClient, channel: string, data: string) =>
    until(async () => (await publish(client, channel, data)).type === 'ack', SWITCH_MS);

  it('go on over sentinels with the replica that takes its place, and log no password', async () => {
    const password = 'hush-hush-42';
    const group = await SentinelGroup.start({ password });
    endings.push(() => group.stop());
    const [ann, bob, instances] = await start(group.url(password));
    for (const client of [ann, bob]) await client.request({ id: 's', type: 'subscribe', channel: 'room:1' });
    await publish(ann, 'room:1', 'before');
    await bob.until(() => heard(bob).length === 1);
    await group.master.kill();
    await publishUntilCarried(ann, 'room:1', 'after');
    await publishUntilCarried(bob, 'room:1', 'end');
    await ann.until(() => heard(ann).includes('end'));
    await bob.until(() => heard(bob).includes('end'));
    expect(heard(ann)).toEqual(['before', 'after', 'end']);
    expect(heard(bob)).toEqual(heard(ann));
    for (const { output } of instances.gateways) expect(output).not.toContain('hush');
  });

  it('go on over sentinels when their connections are cut, at the first attempt, and miss nothing', async () => {
    const group = await SentinelGroup.start();
    endings.push(() => group.stop());
    const [ann, bob, instances] = await start(group.url());
    for (const client of [ann, bob]) await client.request({ id: 's', type: 'subscribe', channel: 'room:1' });
    await publish(ann, 'room:1', 'before');
    await bob.until(() => heard(bob).length === 1);
    for (const type of ['pubsub', 'normal']) await group.master.ask(`CLIENT KILL TYPE ${type} SKIPME yes`);
    await publishUntilCarried(ann, 'room:1', 'after');
    await publishUntilCarried(bob, 'room:1', 'end');
    for (const client of [ann, bob]) {
      await client.until(() => heard(client).includes('end'));
      expect(heard(client)).toEqual(['before', 'after', 'end']);
      expect(client.types).not.toContain('resync');
    }
    // One for each of its connections at most: who tries again and again loses them again and again.
    for (const gateway of instances.gateways)
      expect(await metric(gateway, 'edge_hive_redis_reconnects_total')).toBeLessThanOrEqual(2);
  });

  it('go on in a cluster whose master is taken the place of, and on its other masters meanwhile', async () => {
    const cluster = await RedisCluster.start(3, { replicas: true });
    endings.push(() => cluster.stop());
    const [ann, bob] = await start(cluster.url);
    const rooms = Array.from({ length: 12 }, (_, n) => `room:${n}`);
    for (const client of [ann, bob]) {
      for (const channel of rooms) await client.request({ id: channel, type: 'subscribe', channel });
    }
    for (const room of rooms) await publish(ann, room, `before ${room}`);
    await bob.until(() => heard(bob).length === rooms.length);
    await cluster.masters[0]?.kill();
    for (const room of rooms) await publishUntilCarried(ann, room, `after ${room}`);
    for (const room of rooms) await publishUntilCarried(bob, room, `end ${room}`);
    const all = ['before', 'after', 'end'].flatMap((when) => rooms.map((room) => `${when} ${room}`));
    for (const client of [ann, bob]) {
      await client.until(() => all.every((data) => heard(client).includes(data)));
      expect(heard(client).sort()).toEqual([...all].sort());
    }
  });
});
