import type { MessageFrame, SubscribedFrame } from '@edge-hive/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { PATIENT } from './support/patient.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { databaseEnv, startService, type Service } from './support/service.js';
import { tokenOf } from './support/tokens.js';

// One database is enough: channels ask it for nothing.

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(30_000);

const OUTBOX_BYTES = 256 * 1024;
const HISTORY_BYTES = 32 * 1024 * 1024;
const ENV = {
  ...PATIENT,
  API_KEY: 'key-1',
  LIMIT_COMMANDS_PER_SECOND: '100000',
  LIMIT_COMMANDS_BURST: '100000',
  LIMIT_OUTBOX_BYTES: String(OUTBOX_BYTES),
  LIMIT_HISTORY_BYTES: String(HISTORY_BYTES),
  LIMIT_HISTORY_BYTES_PER_PRINCIPAL: String(HISTORY_BYTES),
  LIMIT_HISTORY_BYTES_PER_CHANNEL: String(HISTORY_BYTES),
  LIMIT_PUBLISH_BYTES_BURST: String(4 * HISTORY_BYTES),
};

const ANYONE = { subscribe: 'authenticated', publish: 'authenticated' };
const POLICY = {
  channels: {
    'room:*': { ...ANYONE, history: { size: 10_000, age: '1h' } },
    'short:*': { ...ANYONE, history: { size: 3, age: '1h' } },
    'brief:*': { ...ANYONE, history: { size: 100, age: 0.2 } },
    'plain:*': ANYONE,
    'user:{id}': { subscribe: { principal: '{id}' }, publish: 'service', history: {} },
  },
};

interface History {
  readonly messages: readonly Omit<MessageFrame, 'type' | 'channel' | 'stream'>[];
  readonly epoch: string;
}

describe('the history of a channel', () => {
  let service: Service;
  let policy: PolicyFile;
  let writer: TestClient;
  let channels = 0;
  /** Of the running test alone. */
  let name: string;

  beforeAll(async () => {
    policy = await policyFile(POLICY);
    service = await startService({ ...ENV, POLICY_FILE: policy.path });
    writer = await service.connect('writer');
  }, 60_000);
  afterAll(async () => {
    await service.stop();
    await policy.remove();
  });
  beforeEach(() => {
    channels += 1;
    name = `c${channels}`;
  });

  /** Publishes each, and answers the cursors. */
  async function say(channel: string, ...data: unknown[]): Promise<string[]> {
    const acks = data.map((one, index) => {
      const id = `${channel}-${index}-${JSON.stringify(one).slice(0, 12)}`;
      return writer.request({ id, type: 'publish', channel, event: 'said', data: one });
    });
    return (await Promise.all(acks)).map((ack) => ('cursor' in ack ? (ack.cursor ?? '') : JSON.stringify(ack)));
  }

  /** Publishes much, a little at a time. */
  async function sayMany(channel: string, data: readonly unknown[]): Promise<void> {
    for (let at = 0; at < data.length; at += 100) await say(channel, ...data.slice(at, at + 100));
  }

  async function subscribe(client: TestClient, channel: string, more: object = {}): Promise<SubscribedFrame> {
    client.send({ type: 'subscribe', channel, ...more });
    return client.next('subscribed');
  }

  /** Where a client was that has gone. */
  async function left(channel: string): Promise<{ since: string; epoch: string }> {
    const client = await service.connect();
    const { cursor, epoch } = await subscribe(client, channel);
    await client.close();
    return { since: cursor, epoch };
  }

  async function resume(channel: string, since: object): Promise<{ client: TestClient; subscribed: SubscribedFrame }> {
    const client = await service.connect();
    return { client, subscribed: await subscribe(client, channel, since) };
  }

  function messages(client: TestClient): MessageFrame[] {
    return client.frames.filter((frame) => frame.type === 'message');
  }

  const said = (client: TestClient) => messages(client).map(({ data }) => data);

  async function get(path: string, headers: Record<string, string> = { 'x-api-key': 'key-1' }) {
    const response = await fetch(`${service.gateway.httpUrl}/api/v1/channels/${path}`, { headers });
    return { status: response.status, body: (await response.json()) as History };
  }

  it('comes first, in order, to who comes back, though nobody was there, and then what is said now', async () => {
    const channel = `room:${name}`;
    const since = await left(channel);
    const cursors = await say(channel, 1, 2, 3);
    const { client, subscribed } = await resume(channel, since);
    expect(subscribed).toMatchObject({ recovered: true, durable: false, epoch: since.epoch });
    cursors.push(...(await say(channel, 4)));
    await client.until(() => said(client).length === 4);
    expect(said(client)).toEqual([1, 2, 3, 4]);
    expect(messages(client).map(({ cursor }) => cursor)).toEqual(cursors);
    expect(messages(client).every((frame) => frame.from === 'writer' && frame.stream === subscribed.stream)).toBe(true);
    for (const cursor of cursors) expect(cursor.length).toBeLessThanOrEqual(64);
  });

  it('is told from the message on that a client had last', async () => {
    const channel = `room:${name}`;
    const { epoch } = await left(channel);
    const [, second] = await say(channel, 1, 2, 3, 4);
    const { client } = await resume(channel, { since: second, epoch });
    await client.until(() => said(client).length === 2);
    await say(channel, 5);
    await client.until(() => said(client).includes(5));
    expect(said(client)).toEqual([3, 4, 5]);
  });

  it('has nothing to tell where nothing was said, and that is recovered too', async () => {
    const since = await left(`plain:${name}`);
    const { client, subscribed } = await resume(`plain:${name}`, since);
    expect(subscribed.recovered).toBe(true);
    await say(`plain:${name}`, 1);
    await client.next('message');
    expect(said(client)).toEqual([1]);
  });

  it('does not reach back further than its size', async () => {
    const channel = `short:${name}`;
    const since = await left(channel);
    const [first] = await say(channel, 1, 2, 3, 4);
    expect((await resume(channel, since)).subscribed.recovered).toBe(false);
    const { client, subscribed } = await resume(channel, { since: first, epoch: since.epoch });
    expect(subscribed.recovered).toBe(true);
    await client.until(() => said(client).length === 3);
    expect(said(client)).toEqual([2, 3, 4]);
  });

  it('does not reach back further than its age, but to what was said last', async () => {
    const channel = `brief:${name}`;
    const since = await left(channel);
    const [, last] = await say(channel, 1, 2);
    while ((await get(`${channel}/history`)).body.messages.length > 0);
    const { client, subscribed } = await resume(channel, since);
    expect(subscribed.recovered).toBe(false);
    expect((await resume(channel, { since: last, epoch: since.epoch })).subscribed.recovered).toBe(true);
    await say(channel, 3);
    await client.next('message');
    expect(said(client)).toEqual([3]);
  });

  it('is none where the policy says nothing of it', async () => {
    const channel = `plain:${name}`;
    const since = await left(channel);
    await say(channel, 1);
    expect((await resume(channel, since)).subscribed.recovered).toBe(false);
    expect((await get(`${channel}/history`)).body.messages).toEqual([]);
  });

  it.each([
    ['another epoch', (since: { since: string }) => ({ since: since.since, epoch: 'another' })],
    ['a cursor of another instance', () => ({ since: 'AAAAAAAA.1' })],
    ['a cursor from the future', (since: { since: string }) => ({ since: since.since.replace(/\w+$/, 'zzzzzz') })],
  ])('is not told from %s', async (_, of) => {
    const channel = `room:${name}`;
    const since = await left(channel);
    await say(channel, 1);
    const { client, subscribed } = await resume(channel, of(since));
    await say(channel, 2);
    await client.next('message');
    expect(subscribed.recovered).toBe(false);
    expect(said(client)).toEqual([2]);
  });

  it.each(['nonsense', '', 'AAAAAAAA.!', 'x'.repeat(65)])('refuses %j, which is no cursor', async (since) => {
    const client = await service.connect();
    expect(await client.request({ id: '1', type: 'subscribe', channel: `room:${name}`, since })).toMatchObject({
      type: 'error',
      code: 'INVALID_CURSOR',
      message: expect.stringMatching(/since/),
    });
  });

  it('is no matter for a subscription that the connection has already', async () => {
    const channel = `room:${name}`;
    const since = await left(channel);
    await say(channel, 1);
    const client = await service.connect();
    await subscribe(client, channel);
    expect(await subscribe(client, channel, since)).toMatchObject({ recovered: true });
    await say(channel, 2);
    await client.next('message');
    expect(said(client)).toEqual([2]);
  });

  it('gives a client that reconnects what it did not want echoed', async () => {
    const channel = `room:${name}`;
    const client = await service.connect();
    const { cursor: since, epoch } = await subscribe(client, channel);
    const mine = { id: '1', type: 'publish', channel, event: 'said', data: 'mine', echo: false };
    const ack = await client.request(mine);
    client.send({ type: 'unsubscribe', channel });
    await subscribe(client, channel, { since, epoch });
    await say(channel, 'theirs');
    await client.next('message');
    expect(said(client)).toEqual(['theirs']);
    const { client: again } = await resume(channel, { since, epoch });
    await again.until(() => said(again).length === 2);
    expect(messages(again)[0]).toMatchObject({ data: 'mine', cursor: 'cursor' in ack && ack.cursor });
  });

  it('is told as fast as it is read, whole and in order with what is said meanwhile, and delays nobody', async () => {
    const channel = `room:${name}`;
    const since = await left(channel);
    const text = 'x'.repeat(6_000);
    const half = 1_000;
    const numbers = (from: number) => Array.from({ length: half }, (_, n) => ({ n: from + n, text }));
    const prompt = await service.connect('prompt');
    await subscribe(prompt, channel);
    await sayMany(channel, numbers(0));
    const slow = await service.connect('slow');
    await subscribe(slow, channel, since);
    slow.socket.pause();
    await sayMany(channel, numbers(half));
    await prompt.until(() => said(prompt).length === 2 * half);
    slow.socket.resume();
    await slow.until(() => said(slow).length >= 2 * half);
    await say(channel, { n: 2 * half });
    await slow.until(() => said(slow).length > 2 * half);
    const order = messages(slow).map(({ data }) => (data as { n: number }).n);
    // More than the sockets' buffers hold beside the outbox.
    expect(half * text.length).toBeGreaterThan(20 * OUTBOX_BYTES);
    expect(order).toEqual(Array.from({ length: 2 * half + 1 }, (_, n) => n));
    expect(slow.types).not.toContain('resync');
  });

  it('is bounded in bytes over all channels, the oldest messages going first', async () => {
    const first = await left(`room:${name}-first`);
    await say(`room:${name}-first`, 1);
    const last = await left(`room:${name}-last`);
    const text = 'x'.repeat(100_000);
    const count = Math.ceil(HISTORY_BYTES / text.length);
    for (let n = 0; n < count; n += 1) await say(`room:${name}-${n % 7}`, { n, text });
    await say(`room:${name}-last`, 2);
    expect((await resume(`room:${name}-first`, first)).subscribed.recovered).toBe(false);
    expect((await resume(`room:${name}-last`, last)).subscribed.recovered).toBe(true);
    const metrics = await (await fetch(`${service.gateway.httpUrl}/metrics`)).text();
    const bytes = Number(/^edge_hive_channel_history_bytes (\d+)$/m.exec(metrics)?.[1]);
    expect(bytes).toBeGreaterThan(HISTORY_BYTES / 2);
    expect(bytes).toBeLessThanOrEqual(HISTORY_BYTES);
  });

  it('is told over HTTP: the newest, oldest first, with what it takes to go on from there', async () => {
    const channel = `room:${name}/a`;
    const path = `${encodeURIComponent(channel)}/history`;
    const since = await left(channel);
    const cursors = await say(channel, { text: 'Hello' }, null, 'bye');
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body).toEqual({
      messages: [{ text: 'Hello' }, null, 'bye'].map((data, index) => ({
        event: 'said',
        data,
        from: 'writer',
        cursor: cursors[index],
        time: expect.stringMatching(/^\d{4}-.*Z$/),
      })),
      epoch: since.epoch,
    });
    const token = tokenOf('mailer', { roles: ['service'] });
    const newest = await get(`${path}?limit=1`, { authorization: `Bearer ${token}` });
    expect(newest.body.messages).toEqual(body.messages.slice(-1));
    const { client, subscribed } = await resume(channel, { since: cursors[0], epoch: body.epoch });
    expect(subscribed.recovered).toBe(true);
    await client.until(() => said(client).length === 2);
  });

  it('is told over HTTP to those only who have the key, and may subscribe', async () => {
    expect((await get(`room:${name}/history`, {})).status).toBe(401);
    expect((await get(`room:${name}/history`, { authorization: `Bearer ${tokenOf('user-1')}` })).status).toBe(403);
    expect((await get('user:user-1/history')).status).toBe(403);
    expect((await get('unnamed/history')).status).toBe(403);
    expect((await get(`room:${name}/history?limit=0`)).status).toBe(400);
  });

  it('stops the start where the policy does not say it right, naming the place', async () => {
    const wrong = await policyFile({ channels: { 'room:*': { history: { size: 10, age: '1 hour' } } } });
    const start = startGateway({ ...databaseEnv(service.database), POLICY_FILE: wrong.path });
    await expect(start).rejects.toThrow('channels.room:*.history.age: has to be a time such as "30s"');
    await wrong.remove();
  });
});

describe('the history of a channel, in development without a policy file', () => {
  it('is kept a little, and gone with the instance', async () => {
    const service = await startService({ API_KEY: 'key-1' });
    try {
      const client = await service.connect();
      client.send({ type: 'subscribe', channel: 'lobby' });
      const { cursor: since, epoch } = await client.next('subscribed');
      client.send({ type: 'unsubscribe', channel: 'lobby' });
      await client.request({ id: '1', type: 'publish', channel: 'lobby', event: 'said', data: 1 });
      client.send({ type: 'subscribe', channel: 'lobby', since, epoch });
      expect(await client.next('subscribed')).toMatchObject({ recovered: true });
      expect(await client.next('message')).toMatchObject({ data: 1 });

      const other = await startGateway(databaseEnv(service.database));
      const elsewhere = await TestClient.connect(other.url, { token: tokenOf('user-1') });
      elsewhere.send({ type: 'subscribe', channel: 'lobby', since, epoch });
      expect(await elsewhere.next('subscribed')).toMatchObject({ recovered: false });
      await elsewhere.close();
      await other.stop();
    } finally {
      await service.stop();
    }
  }, 60_000);
});
