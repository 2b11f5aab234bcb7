import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PresenceFrame } from '@edge-hive/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { metric } from './support/health.js';
import { beforeExpiry } from './support/expiry.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { until } from './support/poll.js';
import { framesOf, membersAt, namesAt, present, presenceFrames } from './support/presence.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

jest.setTimeout(60_000);

/** Of one gateway no test lives to see the grace end, of the other all do. */
const LONG_MS = 600_000;
const SHORT_MS = 300;

describe('presence', () => {
  let patient: Gateway;
  let hasty: Gateway;
  /** Which of them the running test is about. */
  let gateway: Gateway;
  let clients: TestClient[] = [];
  let channels = 0;
  /** Of the running test alone. */
  let channel: string;

  beforeAll(async () => {
    const start = (grace: number) => startGateway({ JWT_SECRET, API_KEY: 'key', PRESENCE_GRACE_MS: String(grace) });
    [patient, hasty] = await Promise.all([start(LONG_MS), start(SHORT_MS)]);
  }, 60_000);
  afterAll(() => Promise.all([patient.stop(), hasty.stop()]));
  beforeEach(() => {
    channels += 1;
    channel = `room:${channels}`;
    gateway = patient;
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });

  async function connect(principal: string, claims: Record<string, unknown> = {}, options = {}): Promise<TestClient> {
    const client = await TestClient.connect(gateway.url, { token: tokenOf(principal, claims), ...options });
    clients.push(client);
    await client.next('welcome');
    return client;
  }

  const subscribe = (client: TestClient, presence?: boolean | 'count') =>
    client.request({ type: 'subscribe', id: 'subscribe', channel, ...(presence !== undefined && { presence }) });
  const enter = (client: TestClient, state: object | null = {}, key?: string) =>
    client.request({ type: 'presence', id: 'presence', channel, state, ...(key !== undefined && { key }) });

  /** A client that is there under a key. */
  async function member(principal: string, key: string, state: object = {}, claims = {}): Promise<TestClient> {
    const client = await connect(principal, claims);
    await subscribe(client);
    expect(await enter(client, state, key)).toEqual({ type: 'ack', id: 'presence' });
    return client;
  }

  async function observer(): Promise<TestClient> {
    const client = await connect('observer');
    await subscribe(client, true);
    await client.until(() => membersAt(client, channel) !== undefined);
    return client;
  }

  const keptBytes = () => metric(gateway, 'edge_hive_presence_grace_bytes');

  /** Breaks a client's socket. Settles when the gateway keeps its presence for the grace. */
  async function breakOff(client: TestClient): Promise<void> {
    const before = await keptBytes();
    client.socket.terminate();
    await until(async () => (await keptBytes()) > before);
  }

  const actions = (client: TestClient) =>
    presenceFrames(client, channel).flatMap((frame) =>
      'changes' in frame ? frame.changes.map(({ action, key }) => `${action} ${key}`) : [],
    );

  it('delivers who is there behind subscribed, then who comes, changes and leaves', async () => {
    await member('ann', 'phone', { mood: 'fine' });
    const bob = await connect('bob');
    const subscribed = await subscribe(bob, true);
    const first = await bob.next('presence');
    const { stream } = subscribed as { stream: string };
    expect(first).toEqual({
      type: 'presence',
      channel,
      stream,
      members: [{ key: 'phone', id: 'ann', state: { mood: 'fine' }, since: expect.stringMatching(/^\d{4}-.*Z$/) }],
      last: true,
    });
    expect(bob.types.slice(-2)).toEqual(['subscribed', 'presence']);

    const connection = (bob.frames[0] as { connection: string }).connection;
    await enter(bob, { typing: true });
    const join = await bob.next('presence');
    expect(join).toEqual({
      type: 'presence',
      channel,
      stream,
      changes: [{ action: 'join', key: connection, id: 'bob', state: { typing: true }, since: expect.any(String) }],
    });
    const { since } = (join as Extract<PresenceFrame, { changes: unknown }>).changes[0] ?? {};
    await enter(bob, { typing: false });
    expect(await bob.next('presence')).toMatchObject({
      changes: [{ action: 'update', key: connection, id: 'bob', state: { typing: false }, since }],
    });
    await enter(bob, null);
    expect(await bob.next('presence')).toMatchObject({
      changes: [{ action: 'leave', key: connection, id: 'bob', since }],
    });
  });

  it('shares stream and messages with those who do not look', async () => {
    const [plain, looking, counting] = [await connect('a'), await connect('b'), await connect('c')];
    const streams = [await subscribe(plain), await subscribe(looking, true), await subscribe(counting, 'count')];
    expect(new Set(streams.map((frame) => 'stream' in frame && frame.stream)).size).toBe(1);
    plain.send({ type: 'publish', channel, event: 'said', data: 1 });
    const messages = await Promise.all([plain, looking, counting].map((client) => client.next('message')));
    expect(messages[1]).toEqual(messages[0]);
    expect(messages[2]).toEqual(messages[0]);
    expect(plain.types).not.toContain('presence');
  });

  it('delivers how many there are, members and principals, to who wants no more', async () => {
    const counter = await connect('counter');
    await subscribe(counter, 'count');
    expect(await counter.next('presence')).toMatchObject({ type: 'presence', channel, count: 0, principals: 0 });
    const ann = await member('ann', 'tab-1');
    expect(await counter.next('presence')).toMatchObject({ count: 1, principals: 1 });
    await enter(ann, {}, 'tab-2');
    expect(await counter.next('presence')).toMatchObject({ count: 2, principals: 1 });
    await enter(ann, { changed: true }, 'tab-2');
    await member('bob', 'tab-1');
    expect(await counter.next('presence')).toMatchObject({ count: 3, principals: 2 });
    expect(presenceFrames(counter, channel).every((frame) => 'count' in frame)).toBe(true);
  });

  it('brings the members anew with another subscription, and numbers or nothing where that is asked for', async () => {
    const ann = await member('ann', 'k');
    const bob = await observer();
    await present(bob, channel, 'ann/k');
    await subscribe(bob, true);
    await bob.until(() => presenceFrames(bob, channel).length === 2);
    expect(presenceFrames(bob, channel)[1]).toMatchObject({ members: [{ id: 'ann', key: 'k' }], last: true });
    await subscribe(bob, 'count');
    await bob.until(() => presenceFrames(bob, channel).length === 3);
    expect(presenceFrames(bob, channel)[2]).toMatchObject({ count: 1, principals: 1 });
    await subscribe(bob);
    await enter(ann, null, 'k');
    await bob.until(() => presenceFrames(bob, channel).length === 4);
    expect(presenceFrames(bob, channel)[3]).toMatchObject({ count: 0 });
    await subscribe(bob, false);
    const again = await observer();
    await enter(ann, {}, 'k');
    await present(again, channel, 'ann/k');
    await bob.request({ type: 'ping', id: 'behind' });
    expect(presenceFrames(bob, channel)).toHaveLength(4);
  });

  it('is not delivered before a subscription has what it missed', async () => {
    const ann = await member('ann', 'k');
    const start = await subscribe(ann);
    for (let n = 0; n < 20; n++) await ann.request({ type: 'publish', id: `p${n}`, channel, event: 'said', data: n });
    const bob = await connect('bob');
    const { cursor, epoch } = start as { cursor: string; epoch: string };
    bob.send({ type: 'subscribe', channel, since: cursor, epoch, presence: true });
    await present(bob, channel, 'ann/k');
    expect(framesOf(bob, channel).map(({ type }) => type)).toEqual([
      ...Array.from({ length: 20 }, () => 'message'),
      'presence',
    ]);
  });

  it.each<[string, object, string, RegExp]>([
    ['a state that is a list', { state: [] }, 'BAD_FRAME', /^state /],
    ['no state', {}, 'BAD_FRAME', /^state /],
    ['an empty key', { state: {}, key: '' }, 'BAD_FRAME', /^key /],
    ['a key that is too long', { state: {}, key: 'x'.repeat(65) }, 'BAD_FRAME', /^key /],
    ['half a character', { state: {}, key: '\ud800' }, 'BAD_FRAME', /^key /],
    ['a state beyond 4 KiB', { state: { text: 'x'.repeat(4_086) } }, 'LIMIT_EXCEEDED', /^state /],
  ])('refuses %s', async (_, fields, code, message) => {
    const ann = await connect('ann');
    await subscribe(ann);
    const refusal = await ann.request({ type: 'presence', id: '1', channel, ...fields });
    expect(refusal).toMatchObject({ type: 'error', code, retryable: false, message: expect.stringMatching(message) });
  });

  it('takes a state of 4 KiB and a key of 64 characters', async () => {
    const ann = await connect('ann');
    await subscribe(ann);
    expect(await enter(ann, { text: 'x'.repeat(4_085) }, 'é'.repeat(64))).toMatchObject({ type: 'ack' });
  });

  it('needs a subscription, and ends with it', async () => {
    const watching = await observer();
    const ann = await connect('ann');
    expect(await enter(ann)).toMatchObject({ type: 'error', code: 'NOT_SUBSCRIBED' });
    await subscribe(ann);
    await enter(ann, {}, 'k');
    await present(watching, channel, 'ann/k');
    await ann.request({ type: 'unsubscribe', id: 'u', channel });
    await present(watching, channel);
    expect(await enter(ann)).toMatchObject({ type: 'error', code: 'NOT_SUBSCRIBED' });
  });

  it('is 20 of one connection at most, of which each can still change and leave', async () => {
    const ann = await connect('ann');
    await subscribe(ann);
    for (let n = 0; n < 20; n++) expect(await enter(ann, {}, `k${n}`)).toMatchObject({ type: 'ack' });
    expect(await enter(ann, {}, 'more')).toMatchObject({ type: 'error', code: 'LIMIT_EXCEEDED', retryable: false });
    expect(await enter(ann, { n: 1 }, 'k7')).toMatchObject({ type: 'ack' });
    expect(await enter(ann, null, 'k8')).toMatchObject({ type: 'ack' });
    expect(await enter(ann, {}, 'more')).toMatchObject({ type: 'ack' });
  });

  it('has a leave behind each join of who blinks, and ignores a leave before its join', async () => {
    const watching = await observer();
    const ann = await connect('ann');
    await subscribe(ann);
    const say = (state: object | null, key: string) => ann.send({ type: 'presence', channel, state, key });
    say(null, 'early');
    say({}, 'stays');
    for (let n = 0; n < 10; n++) {
      say({ n }, 'blinks');
      say(null, 'blinks');
    }
    say({}, 'early');
    await present(watching, channel, 'ann/stays', 'ann/early');
    const seen = actions(watching);
    expect(seen.filter((action) => !action.endsWith('blinks'))).toEqual(['join stays', 'join early']);
    // Whether a frame is sent in between is up to the clock. One that is there at a frame leaves with a later one.
    const blinks = seen.filter((action) => action.endsWith('blinks') && !action.startsWith('update'));
    expect(blinks.length).toBeLessThanOrEqual(20);
    expect(blinks).toEqual(Array.from(blinks, (_, n) => (n % 2 === 0 ? 'join blinks' : 'leave blinks')));
    expect(blinks.length % 2).toBe(0);
  });

  describe('of two tabs of one principal', () => {
    it('is two members with keys of their own, of which one leaves alone', async () => {
      const watching = await observer();
      const first = await member('ann', 'tab-1');
      await member('ann', 'tab-2');
      await present(watching, channel, 'ann/tab-1', 'ann/tab-2');
      await first.close();
      await present(watching, channel, 'ann/tab-2');
    });

    it('is one member with one key, which belongs to the newest connection', async () => {
      const watching = await observer();
      const first = await member('ann', 'k', { tab: 1 });
      await present(watching, channel, 'ann/k');
      const second = await member('ann', 'k', { tab: 2 });
      await watching.until(() => membersAt(watching, channel)?.get('ann/k')?.state.tab === 2);
      await enter(first, null, 'k');
      await first.close();
      await enter(second, { tab: 3 }, 'k');
      await watching.until(() => membersAt(watching, channel)?.get('ann/k')?.state.tab === 3);
      await second.close();
      await present(watching, channel);
      expect(actions(watching)).toEqual(['join k', 'update k', 'update k', 'leave k']);
    });

    it('is another one than of another principal with the same key', async () => {
      const watching = await observer();
      const ann = await member('ann', 'k');
      await member('bob', 'k');
      await present(watching, channel, 'ann/k', 'bob/k');
      await ann.close();
      await present(watching, channel, 'bob/k');
    });
  });

  describe('of a connection that ends', () => {
    const since = (client: TestClient) => membersAt(client, channel)?.get('ann/k')?.since;

    it.each([1000, 1001, undefined])('ends at once when the client closes with %j', async (code) => {
      const watching = await observer();
      const ann = await member('ann', 'k');
      await present(watching, channel, 'ann/k');
      ann.socket.close(code);
      await present(watching, channel);
    });

    it('stays when the socket breaks', async () => {
      const watching = await observer();
      const ann = await member('ann', 'k');
      const bob = await member('bob', 'k');
      await present(watching, channel, 'ann/k', 'bob/k');
      await breakOff(ann);
      await enter(bob, null, 'k');
      await present(watching, channel, 'ann/k');
      expect(actions(watching)).toEqual(['join k', 'join k', 'leave k']);
    });

    it.each<[string, (client: TestClient) => void]>([
      ['whose socket breaks', (client) => client.socket.terminate()],
      ['that closes with a code of its own', (client) => client.socket.close(4000)],
      ['that is closed for its frames', (client) => client.socket.send('x'.repeat(300_000))],
    ])('leaves once, after the grace that welcome tells, when it is one %s', async (_, end) => {
      gateway = hasty;
      const watching = await observer();
      expect(watching.frames[0]).toMatchObject({ type: 'welcome', presence: { grace: SHORT_MS } });
      const ann = await member('ann', 'k');
      await present(watching, channel, 'ann/k');
      end(ann);
      await present(watching, channel);
      expect(actions(watching)).toEqual(['join k', 'leave k']);
    });

    it('says nothing to others of a reconnect, however often that happens', async () => {
      const watching = await observer();
      let ann = await member('ann', 'k', { mood: 'fine' });
      await present(watching, channel, 'ann/k');
      const came = since(watching);
      const kept = await keptBytes();
      for (let n = 0; n < 5; n++) {
        await breakOff(ann);
        ann = await member('ann', 'k', { mood: 'fine' });
      }
      // Nothing of any of them is left whose grace could end.
      expect(await keptBytes()).toBe(kept);
      const other = await member('bob', 'later');
      await present(watching, channel, 'ann/k', 'bob/later');
      await other.close();
      await present(watching, channel, 'ann/k');
      expect(actions(watching)).toEqual(['join k', 'join later', 'leave later']);
      expect(since(watching)).toBe(came);
    });

    it('can be left by the connection that came back, without its key', async () => {
      const watching = await observer();
      const ann = await member('ann', 'k');
      await breakOff(ann);
      const back = await connect('ann');
      await subscribe(back);
      await present(watching, channel, 'ann/k');
      await enter(back, null, 'k');
      await present(watching, channel);
    });

    it('leaves after a process that was killed', async () => {
      gateway = hasty;
      const watching = await observer();
      const program = `
        const { WebSocket } = require('ws');
        const socket = new WebSocket(process.argv[1]);
        socket.on('open', () => {
          socket.send(JSON.stringify({ type: 'auth', token: process.argv[2] }));
          socket.send(JSON.stringify({ type: 'subscribe', channel: process.argv[3] }));
          socket.send(JSON.stringify({ type: 'presence', channel: process.argv[3], state: {}, key: 'k' }));
        });`;
      const child = spawn(process.execPath, ['-e', program, gateway.url, tokenOf('ann'), channel]);
      try {
        await present(watching, channel, 'ann/k');
      } finally {
        child.kill('SIGKILL');
      }
      await once(child, 'exit');
      await present(watching, channel);
      expect(actions(watching)).toEqual(['join k', 'leave k']);
    });

    it('ends when the token expires, and no later where the connection was lost before', async () => {
      const watching = await observer();
      const bob = await beforeExpiry(async (exp) => {
        const first = await member('bob', 'k', {}, { exp });
        await member('ann', 'k', {}, { exp });
        const both = () => namesAt(watching, channel)?.join() === 'ann/k,bob/k';
        await watching.until(both, Math.max(1, exp * 1_000 + 100 - Date.now()));
        return first;
      });
      bob.socket.terminate();
      await present(watching, channel);
    });

    it('ends when a server disconnects the principal, also of a connection that is lost', async () => {
      const watching = await observer();
      const ann = await member('ann', 'lost');
      await member('ann', 'open');
      await present(watching, channel, 'ann/lost', 'ann/open');
      await breakOff(ann);
      await fetch(`${gateway.httpUrl}/api/v1/principals/ann/disconnect`, {
        method: 'POST',
        headers: { 'x-api-key': 'key' },
      });
      await present(watching, channel);
      expect(await keptBytes()).toBe(0);
    });
  });

  it('has one order with the messages of the stream, the same for all who look', async () => {
    const looking = await Promise.all(['x', 'y', 'z'].map(() => observer()));
    const talking = await Promise.all(['ann', 'bob', 'cyd'].map((id) => member(id, 'k')));
    const late: Promise<TestClient>[] = [];
    for (let n = 0; n < 60; n++) {
      for (const [index, client] of talking.entries()) {
        if ((n + index) % 3 === 0) client.send({ type: 'publish', channel, event: 'said', data: n });
        if ((n + index) % 2 === 0)
          client.send({ type: 'presence', channel, state: { n }, key: `k${(n * 7 + index) % 5}` });
        else client.send({ type: 'presence', channel, state: null, key: `k${(n + index) % 5}` });
      }
      await talking[n % 3]?.request({ type: 'ping', id: `round ${n}` });
      if (n % 20 === 10) late.push(observer());
    }
    await Promise.all(
      talking.map((client) =>
        client.request({ type: 'presence', id: 'last', channel, state: { last: true }, key: 'k' }),
      ),
    );
    await Promise.all(talking.map((client) => client.request({ type: 'publish', id: 'end', channel, event: 'end' })));
    const all = [...looking, ...(await Promise.all(late))];
    const settled = (client: TestClient) =>
      ['ann/k', 'bob/k', 'cyd/k'].every((name) => membersAt(client, channel)?.get(name)?.state.last === true) &&
      framesOf(client, channel).filter((frame) => frame.type === 'message' && frame.event === 'end').length === 3;
    await Promise.all(all.map((client) => client.until(() => settled(client))));
    const members = all.map((client) => JSON.stringify([...(membersAt(client, channel) ?? [])].sort()));
    expect(new Set(members).size).toBe(1);
    // Each has what came behind its list of members in the order of all others.
    const [whole = [], ...others] = all.map((client) => {
      const frames = framesOf(client, channel);
      return frames
        .slice(frames.findLastIndex((frame) => 'members' in frame) + 1)
        .map((frame) => JSON.stringify(frame));
    });
    for (const frames of others) expect(frames).toEqual(whole.slice(whole.length - frames.length));
    expect(whole.filter((text) => text.includes('"changes"')).length).toBeGreaterThan(1);
  });

  it('is shown to servers: who came first, and how many in all', async () => {
    const first = await member('ann', 'k1', { n: 1 });
    await enter(first, { n: 2 }, 'k2');
    await member('bob', 'k1');
    const get = async (query = '') => {
      const url = `${gateway.httpUrl}/api/v1/channels/${encodeURIComponent(channel)}/presence${query}`;
      const response = await fetch(url, { headers: { 'x-api-key': 'key' } });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const since: unknown = expect.any(String);
    expect(await get()).toEqual({
      status: 200,
      body: {
        members: [
          { key: 'k1', id: 'ann', state: { n: 1 }, since },
          { key: 'k2', id: 'ann', state: { n: 2 }, since },
          { key: 'k1', id: 'bob', state: {}, since },
        ],
        count: 3,
        principals: 2,
      },
    });
    expect((await get('?limit=1')).body).toMatchObject({
      members: [{ key: 'k1', id: 'ann' }],
      count: 3,
      principals: 2,
    });
    expect(await get('?limit=0')).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/limit/) } },
    });
    expect((await fetch(`${gateway.httpUrl}/api/v1/channels/a/presence`)).status).toBe(401);
  });
});
