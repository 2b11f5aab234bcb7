import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { PATIENT } from './support/patient.js';
import { framesOf, membersAt, namesAt, present } from './support/presence.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

jest.setTimeout(60_000);

const GRACE_BYTES = 64 * 1024;
const ENV = {
  JWT_SECRET,
  API_KEY: 'key',
  PRESENCE_GRACE_MS: '600000',
  ...PATIENT,
  LIMIT_PRESENCES: '500',
  LIMIT_PRESENCE_MEMBERS: '400',
  LIMIT_PRESENCE_GRACE_BYTES: String(GRACE_BYTES),
  LIMIT_OUTBOX_BYTES: String(256 * 1024),
  LIMIT_COMMANDS_PER_SECOND: '100000',
  LIMIT_COMMANDS_BURST: '100000',
};
const LARGE = 'x'.repeat(4_000);

describe('bounds of presence', () => {
  let gateway: Gateway;
  let clients: TestClient[] = [];
  let channels = 0;
  beforeAll(async () => {
    gateway = await startGateway(ENV);
  }, 60_000);
  afterAll(() => gateway.stop());
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    clients = [];
  });

  function channel(): string {
    channels += 1;
    return `room:${channels}`;
  }

  async function connect(principal: string, options = {}): Promise<TestClient> {
    const client = await TestClient.connect(gateway.url, { token: tokenOf(principal), ...options });
    clients.push(client);
    await client.next('welcome');
    return client;
  }

  /** A client that is present under so many keys. */
  async function many(principal: string, room: string, count: number, text = ''): Promise<TestClient> {
    const client = await connect(principal);
    await client.request({ type: 'subscribe', id: 's', channel: room });
    for (let n = 0; n < count; n++) client.send({ type: 'presence', channel: room, state: { text }, key: `k${n}` });
    await client.request({ type: 'ping', id: 'all' });
    return client;
  }

  it('refuse one member more than a channel may have, and count what was refused', async () => {
    const room = channel();
    await many('ann', room, 400);
    const bob = await connect('bob');
    await bob.request({ type: 'subscribe', id: 's', channel: room });
    const refused = await metric(gateway, 'edge_hive_presence_refused_total{code="LIMIT_EXCEEDED"}').catch(() => 0);
    const enter = { type: 'presence', id: 'e', channel: room, state: {} };
    expect(await bob.request(enter)).toMatchObject({ type: 'error', code: 'LIMIT_EXCEEDED', retryable: false });
    expect(await metric(gateway, 'edge_hive_presence_refused_total{code="LIMIT_EXCEEDED"}')).toBe((refused || 0) + 1);
    await clients[0]?.request({ type: 'presence', id: 'l', channel: room, state: null, key: 'k3' });
    expect(await bob.request(enter)).toMatchObject({ type: 'ack' });
  });

  it('hold what presences take on the account of their connection', async () => {
    const held = () => metric(gateway, 'edge_hive_held_bytes');
    const room = channel();
    const before = await held();
    const ann = await many('ann', room, 100, LARGE);
    expect((await held()) - before).toBeGreaterThan(100 * LARGE.length);
    for (let n = 0; n < 100; n++) ann.send({ type: 'presence', channel: room, state: null, key: `k${n}` });
    await ann.request({ type: 'ping', id: 'none' });
    expect((await held()) - before).toBeLessThan(20 * LARGE.length);
  });

  it('keep so many bytes of who was lost, and nobody loses another one’s', async () => {
    const room = channel();
    const watching = await connect('watcher');
    await watching.request({ type: 'subscribe', id: 's', channel: room, presence: true });
    const bob = await many('bob', room, 2);
    bob.socket.terminate();
    for (let n = 0; n < 5; n++) {
      const ann = await many('ann', room, 20, LARGE);
      ann.socket.terminate();
      await ann.closed;
      // All that is beyond the share of one goes, the oldest first.
      await watching.until(
        () => (namesAt(watching, room)?.filter((name) => name.startsWith('ann/')).length ?? 99) <= 2,
      );
    }
    expect(await metric(gateway, 'edge_hive_presence_grace_bytes')).toBeLessThanOrEqual(GRACE_BYTES);
    expect(namesAt(watching, room)).toEqual(expect.arrayContaining(['bob/k0', 'bob/k1']));
  });

  it('send a list that is longer than an outbox as fast as it is read, and what comes meanwhile behind it', async () => {
    const room = channel();
    const ann = await many('ann', room, 390, LARGE);
    const others = await connect('others');
    await others.request({ type: 'subscribe', id: 's', channel: room, presence: true });
    const slow = await connect('slow');
    slow.socket.pause();
    slow.send({ type: 'subscribe', channel: room, presence: true });
    await others.until(() => membersAt(others, room)?.size === 390);
    for (let n = 0; n < 200; n++) {
      ann.send({ type: 'publish', channel: room, event: 'said', data: n });
      ann.send({ type: 'presence', channel: room, state: { n }, key: `k${n % 50}` });
      if (n % 20 === 0)
        await ann.request({ type: 'presence', id: `p${n}`, channel: room, state: null, key: `k${300 + n / 20}` });
    }
    await ann.request({ type: 'publish', id: 'end', channel: room, event: 'end' });
    const ended = (client: TestClient) =>
      framesOf(client, room).some((frame) => frame.type === 'message' && frame.event === 'end');
    const known = (client: TestClient) => JSON.stringify([...(membersAt(client, room) ?? [])].sort());
    await others.until(() => ended(others) && membersAt(others, room)?.size === 380);
    slow.socket.resume();
    await slow.until(() => ended(slow) && known(slow) === known(others));
    const isList = framesOf(slow, room).map((frame) => 'members' in frame);
    const list = isList.slice(isList.indexOf(true), isList.lastIndexOf(true) + 1);
    expect(list.length).toBeGreaterThan(1);
    expect(list).not.toContain(false);
    const tail = (client: TestClient) => framesOf(client, room).map((frame) => JSON.stringify(frame));
    const behind = tail(slow).slice(isList.lastIndexOf(true) + 1);
    expect(tail(others).slice(-behind.length)).toEqual(behind);
  });

  it('let nobody stay whose process is frozen: the heartbeat finds it, and then the grace is over', async () => {
    const room = channel();
    const frozen = await startGateway({
      ...ENV,
      HEARTBEAT_INTERVAL_MS: '100',
      HEARTBEAT_TIMEOUT_MS: '2000',
      PRESENCE_GRACE_MS: '100',
    });
    try {
      const watching = await TestClient.connect(frozen.url, { token: tokenOf('watcher') });
      await watching.request({ type: 'subscribe', id: 's', channel: room, presence: true });
      const ann = await TestClient.connect(frozen.url, { token: tokenOf('ann'), autoPong: false });
      await ann.request({ type: 'subscribe', id: 's', channel: room });
      await ann.request({ type: 'presence', id: 'p', channel: room, state: {}, key: 'k' });
      await present(watching, room, 'ann/k');
      expect((await ann.closed).code).toBe(4408);
      await present(watching, room);
      await watching.close();
    } finally {
      await frozen.stop();
    }
  });
});
