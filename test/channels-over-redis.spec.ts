import type { SubscribedFrame } from '@edge-hive/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { TestClient } from './support/client.js';
import type { Gateway } from './support/gateway.js';
import { Instances } from './support/instances.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { until } from './support/poll.js';
import { TcpProxy } from './support/proxy.js';
import { RedisServer } from './support/redis-server.js';
import { hasRedis } from './support/redis.js';

const ANYONE = { subscribe: 'authenticated', publish: 'authenticated' };
const POLICY = { channels: { 'room:*': { ...ANYONE, history: { size: 1_000, age: '1h' } }, 'plain:*': ANYONE } };

(hasRedis ? describe : describe.skip)('channels of two instances over Redis', () => {
  let redis: RedisServer;
  /** The way of the second instance to Redis. */
  let wire: TcpProxy;
  let policy: PolicyFile;
  let instances: Instances;
  let room: string;
  let rooms = 0;

  beforeAll(async () => {
    redis = await RedisServer.start();
    wire = await TcpProxy.start(redis.url);
    policy = await policyFile(POLICY);
    const env = { BROKER: 'redis', POLICY_FILE: policy.path, API_KEY: 'key-1' };
    instances = await Instances.start({ ...env, REDIS_URL: redis.url }, { ...env, REDIS_URL: wire.url });
  });
  afterAll(async () => {
    await instances.stop();
    await policy.remove();
    await wire.stop();
    await redis.stop();
  });
  beforeEach(() => {
    rooms += 1;
    room = `room:${rooms}`;
  });

  const subscribe = async (at: number, channel = room, since: object = {}) => {
    const client = await instances.connect(at);
    const subscribed = (await client.request({ id: 's', type: 'subscribe', channel, ...since })) as SubscribedFrame;
    return { client, subscribed };
  };
  const publish = async (at: TestClient, data: unknown, more: object = {}) =>
    at.request({ id: JSON.stringify(data), type: 'publish', channel: room, event: 'said', data, ...more });
  const heard = (client: TestClient) =>
    client.frames.flatMap((frame) => (frame.type === 'message' ? [frame.data] : []));
  const hears = (client: TestClient, count: number) => client.until(() => heard(client).length >= count);
  const degraded = async ({ httpUrl }: Gateway) => {
    const { info } = (await (await fetch(`${httpUrl}/health/ready`)).json()) as {
      info: { broker: { degraded?: boolean; message?: string } };
    };
    return info.broker;
  };
  const untilDegraded = (at: number) => until(async () => (await degraded(instances.at(at))).degraded === true);
  const untilUp = (at: number) => until(async () => (await degraded(instances.at(at))).degraded === undefined);

  it('carry what is published on one to subscribers of the other, in one order for all', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    await Promise.all(Array.from({ length: 50 }, (_, n) => publish(n % 2 ? ann : bob, n)));
    await hears(ann, 50);
    await hears(bob, 50);
    expect(heard(ann)).toEqual(heard(bob));
    expect(new Set(heard(ann)).size).toBe(50);
  });

  it('carry what one connection publishes at once in its order, and answer it in its order', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    await publish(ann, 'first');
    const sent = Array.from({ length: 150 }, (_, n) => `${n}`);
    for (const id of sent) {
      const type = Number(id) % 50 === 49 ? 'ping' : 'publish';
      const channel = Number(id) % 20 === 19 ? 'secret:1' : room;
      // As clients write them: what begins with the type is read as text.
      ann.send({ type, ...(type === 'publish' && { channel, event: 'said', data: id }), id });
    }
    await Promise.all(sent.map((id) => ann.reply(id)));
    const answers = ann.frames.flatMap((frame) => ('id' in frame && sent.includes(frame.id ?? '') ? [frame] : []));
    expect(answers.map(({ id }) => id)).toEqual(sent);
    const carried = answers.flatMap(({ type, id }) => (type === 'ack' ? [id] : []));
    expect(answers.map(({ type }) => type).filter((type) => type !== 'ack')).toHaveLength(9);
    await hears(bob, carried.length + 1);
    expect(heard(bob)).toEqual(['first', ...carried]);
    expect(heard(ann)).toEqual(heard(bob));
  });

  it('refuse what belongs to a channel whose place in Redis somebody else has taken, and nothing sent with it', async () => {
    const { client: ann } = await subscribe(0);
    const taken = `${room}-taken`;
    const other = new Redis(redis.url);
    try {
      await other.lpush(`edge-hive:{${taken}}:head`, 'x');
    } finally {
      other.disconnect();
    }
    for (const channel of [room, taken]) await ann.request({ id: 'p', type: 'publish', channel, event: 'said' });
    const sent = Array.from({ length: 40 }, (_, n) => `${n}`);
    for (const id of sent)
      ann.send({ type: 'publish', channel: Number(id) % 2 ? taken : room, event: 'said', data: id, id });
    const answers = await Promise.all(sent.map((id) => ann.reply(id)));
    expect(answers.map(({ type }) => type)).toEqual(sent.map((id) => (Number(id) % 2 ? 'error' : 'ack')));
    expect(answers.find(({ type }) => type === 'error')).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('leave out the connection that publishes without echo, on whichever instance', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    await publish(ann, 1, { echo: false });
    await publish(ann, 2);
    await hears(bob, 2);
    await hears(ann, 1);
    expect(heard(ann)).toEqual([2]);
  });

  it('let a client go on from its cursor on the other instance, and keep one history', async () => {
    const { client: ann, subscribed } = await subscribe(0);
    await publish(ann, 1);
    await publish(ann, 2);
    const { cursor, epoch } = subscribed;
    const { client: bob, subscribed: resumed } = await subscribe(1, room, { since: cursor, epoch });
    expect(resumed.recovered).toBe(true);
    await publish(ann, 3);
    await hears(bob, 3);
    expect(heard(bob)).toEqual([1, 2, 3]);
    const response = await fetch(`${instances.at(1).httpUrl}/api/v1/channels/${room}/history`, {
      headers: { 'x-api-key': 'key-1' },
    });
    expect(await response.json()).toMatchObject({ epoch, messages: [{ data: 1 }, { data: 2 }, { data: 3 }] });
  });

  it('count an idempotency key over both', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    const first = await publish(ann, 1, { key: 'k' });
    const again = await publish(bob, 1, { key: 'k' });
    expect(again).toEqual(first);
    const left = Number(/^:(\d+)/.exec(await redis.ask(`PTTL 'edge-hive:{${room}}:once:["ann","k"]'`))?.[1]);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(5 * 60_000);
    await publish(bob, 2);
    await hears(ann, 2);
    expect(heard(ann)).toEqual([1, 2]);
  });

  it('deliver what an instance missed while its way to Redis was cut, without a word', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    await publish(ann, 1);
    await hears(bob, 1);
    wire.refuse();
    await untilDegraded(1);
    for (const n of [2, 3, 4]) await publish(ann, n);
    expect(await publish(bob, 5)).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
    wire.admit();
    await hears(bob, 4);
    await untilUp(1);
    await publish(bob, 5);
    await hears(ann, 5);
    await hears(bob, 5);
    expect(heard(bob)).toEqual([1, 2, 3, 4, 5]);
    expect(heard(ann)).toEqual(heard(bob));
    expect(bob.types).not.toContain('resync');
  });

  it('tell by resync what an instance missed of a channel without a history', async () => {
    room = `plain:${rooms}`;
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    await publish(ann, 1);
    await hears(bob, 1);
    wire.refuse();
    await untilDegraded(1);
    await publish(ann, 2);
    wire.admit();
    expect(await bob.next('resync')).toMatchObject({ reason: 'interrupted' });
    await publish(ann, 3);
    await hears(bob, 2);
    expect(heard(bob)).toEqual([1, 3]);
    expect(ann.types).not.toContain('resync');
  });

  it('deliver nothing that somebody else wrote in Redis and that is no JSON, and all that follows', async () => {
    const { client: ann } = await subscribe(0);
    await publish(ann, 1);
    await hears(ann, 1);
    const other = new Redis(redis.url);
    try {
      const name = `edge-hive:{${room}}:head`;
      const [, epoch, number, at, mark] = /^(\S{8}) (\d+) (\d+) (\S{4})/.exec((await other.get(name)) ?? '') ?? [];
      const next = `${epoch} ${Number(number) + 1} ${at} fake ${mark}\n["2026-11-29T08:00:00.000Z","said",null,null]\n`;
      for (const data of ['nothing', '1,"from":"bob"', '']) expect(await other.publish(name, next + data)).toBe(1);
    } finally {
      other.disconnect();
    }
    await publish(ann, 2);
    await hears(ann, 2);
    expect(ann.frames.filter(({ type }) => type === 'message')).toMatchObject([
      { data: 1, from: 'ann' },
      { data: 2, from: 'ann' },
    ]);
    expect(ann.types).not.toContain('resync');
  });

  it('notice a link that is dead though nobody closed it, and deliver what was missed', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    await publish(ann, 1);
    await hears(bob, 1);
    // Nothing comes on either of its connections, and none of them closes: a link that is dead.
    wire.blackhole();
    for (const n of [2, 3]) await publish(ann, n);
    await hears(bob, 3);
    expect(heard(bob)).toEqual([1, 2, 3]);
    expect(bob.types).not.toContain('resync');
    await untilUp(1);
  });

  it('lose, repeat and reorder nothing while Redis forgets its scripts again and again', async () => {
    const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
    let publishing = true;
    const forgetting = (async () => {
      while (publishing) await redis.ask('SCRIPT FLUSH');
    })();
    const publishAll = async (publisher: number) => {
      const client = await instances.connect(publisher % 2, `publisher-${publisher}`);
      for (let n = 0; n < 40; n += 1) {
        const data = `${publisher} ${n}`;
        // What was overtaken is refused: whoever publishes tries again.
        await until(async () => (await publish(client, data, { key: `k${n}` })).type === 'ack');
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, publisher) => publishAll(publisher)));
    publishing = false;
    await forgetting;
    await hears(ann, 320);
    await hears(bob, 320);
    expect(heard(ann)).toEqual(heard(bob));
    for (let publisher = 0; publisher < 8; publisher += 1) {
      const own = heard(ann).filter((data) => String(data).startsWith(`${publisher} `));
      expect(own).toEqual(Array.from({ length: 40 }, (_, n) => `${publisher} ${n}`));
    }
    for (const client of [ann, bob]) expect(client.types).not.toContain('resync');
  });

  describe('when Redis', () => {
    it('is killed and comes back with its data, refuse publishes meanwhile, then go on as if nothing had been', async () => {
      const [{ client: ann, subscribed }, { client: bob }] = [await subscribe(0), await subscribe(1)];
      await publish(ann, 1);
      await redis.kill();
      await Promise.all([untilDegraded(0), untilDegraded(1)]);
      expect(await publish(bob, 'lost')).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
      await redis.restart();
      await Promise.all([untilUp(0), untilUp(1)]);
      await publish(bob, 2);
      await hears(ann, 2);
      await hears(bob, 2);
      const { client: carl, subscribed: resumed } = await subscribe(1, room, { since: subscribed.cursor });
      expect(resumed).toMatchObject({ recovered: true, epoch: subscribed.epoch });
      await hears(carl, 2);
      for (const client of [ann, bob, carl]) {
        expect(heard(client)).toEqual([1, 2]);
        expect(client.types).not.toContain('resync');
      }
    });

    it('comes back without its data, say so, and recover nothing from before', async () => {
      const [{ client: ann, subscribed }, { client: bob }] = [await subscribe(0), await subscribe(1)];
      await publish(ann, 1);
      await redis.restart({ data: false });
      for (const client of [ann, bob]) expect(await client.next('resync')).toMatchObject({ reason: 'interrupted' });
      await Promise.all([untilUp(0), untilUp(1)]);
      await publish(bob, 2);
      await hears(ann, 2);
      const { subscribed: resumed } = await subscribe(0, room, { since: subscribed.cursor, epoch: subscribed.epoch });
      expect(resumed.recovered).toBe(false);
      expect(resumed.epoch).not.toBe(subscribed.epoch);
    });

    it.each([
      ['a subscriber that had heard it', true],
      ['none but the one who published it', false],
    ])('is set back behind what it acknowledged, say so to all who did not get that, known to %s', async (_, known) => {
      const { client: bob } = await subscribe(1);
      const { client: ann } = known ? await subscribe(0) : { client: await instances.connect(0) };
      await publish(ann, 1);
      await hears(bob, 1);
      const setBack = await redis.note();
      wire.refuse();
      await untilDegraded(1);
      for (const n of [2, 3]) expect(await publish(ann, n)).toMatchObject({ type: 'ack' });
      // The acknowledgement comes by another connection to Redis than the message.
      if (known) await ann.until(() => heard(ann).includes(3));
      await setBack();
      await untilUp(0);
      wire.admit();
      await untilUp(1);
      // It may fall into what they are told that they missed.
      await publish(ann, 4);
      const told = known ? [ann, bob] : [bob];
      for (const client of told) await client.until(() => client.types.includes('resync'));
      await publish(ann, 5);
      for (const client of told) await client.until(() => heard(client).includes(5));
      expect(heard(bob).filter((n) => n !== 4)).toEqual([1, 5]);
      if (known) expect(heard(ann).filter((n) => n !== 4)).toEqual([1, 2, 3, 5]);
    });

    it('is frozen, refuse publishes in time, and carry out none of them later', async () => {
      const [{ client: ann }, { client: bob }] = [await subscribe(0), await subscribe(1)];
      await publish(ann, 1);
      await hears(bob, 1);
      redis.signal('SIGSTOP');
      const refused = await Promise.all([publish(ann, 'a'), publish(ann, 'b'), publish(bob, 'c')]);
      for (const frame of refused) expect(frame).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
      await Promise.all([untilDegraded(0), untilDegraded(1)]);
      expect((await degraded(instances.at(0))).message).toMatch(/^Redis does not answer|connection to Redis was lost/);
      redis.signal('SIGCONT');
      await Promise.all([untilUp(0), untilUp(1)]);
      await publish(bob, 2);
      await hears(ann, 2);
      await hears(bob, 2);
      expect(heard(ann)).toEqual([1, 2]);
      expect(heard(bob)).toEqual([1, 2]);
    });

    it('is away, go on with topics, and open no other channel', async () => {
      const { client: ann } = await subscribe(0);
      await redis.kill();
      await untilDegraded(0);
      expect(await ann.request({ id: 'p', type: 'ping' })).toMatchObject({ type: 'pong' });
      expect(await ann.request({ id: 'x', type: 'subscribe', channel: 'room:other' })).toMatchObject({
        type: 'error',
        code: 'UNAVAILABLE',
        retryable: true,
      });
      await redis.restart();
      await untilUp(0);
      expect(await ann.request({ id: 'y', type: 'subscribe', channel: 'room:other' })).toMatchObject({
        type: 'subscribed',
      });
    });
  });

  it('start without Redis, and say so', async () => {
    const away = await Instances.start({ BROKER: 'redis', REDIS_URL: 'redis://ann:hush-hush@127.0.0.1:1' });
    const gateway = away.at(0);
    expect(await degraded(gateway)).toMatchObject({ degraded: true, message: 'Redis refuses connections.' });
    await away.stop();
    expect(gateway.output).toContain('ECONNREFUSED');
    expect(gateway.output).not.toContain('hush');
  });
});
