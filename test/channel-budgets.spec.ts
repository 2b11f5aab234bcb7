import type { MessageFrame } from '@edge-hive/protocol';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { policyFile, type PolicyFile } from './support/policy-file.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** The machine may be busy; what is awaited has a shorter deadline of its own. */
jest.setTimeout(60_000);

const POLICY = {
  channels: {
    'own:{id}': { subscribe: { principal: '{id}' }, publish: { principal: '{id}' }, history: { age: '1h' } },
    'open:*': { subscribe: 'authenticated', publish: 'authenticated', history: { age: '1h' } },
  },
};
const UNLIMITED = '1000000';
const BURST = 64 * 1024 * 1024;

describe('the budgets of channels', () => {
  let gateway: Gateway;
  let file: PolicyFile;
  beforeAll(async () => {
    file = await policyFile(POLICY);
    gateway = await startGateway({
      JWT_SECRET,
      POLICY_FILE: file.path,
      LIMIT_COMMANDS_PER_SECOND: UNLIMITED,
      LIMIT_COMMANDS_BURST: UNLIMITED,
      LIMIT_PUBLISH_BYTES_BURST: String(BURST),
    });
  }, 60_000);
  afterAll(() => gateway.stop());
  afterAll(() => file.remove());

  async function connect(sub: string): Promise<TestClient> {
    const client = await TestClient.connect(gateway.url, { token: tokenOf(sub) });
    await client.next('welcome');
    return client;
  }

  /** Publishes so many times, and waits for the last one. */
  async function flood(client: TestClient, count: number, frame: (n: number) => object): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const command = { type: 'publish', event: 'e', id: `f${n}`, ...frame(n) };
      // Each hundredth is waited for, so that the client itself holds little.
      if (n % 100 === 99 || n === count - 1) expect(await client.request(command)).toMatchObject({ type: 'ack' });
      else client.send(command);
    }
  }

  it('keep the private history of one principal whatever another one publishes', async () => {
    const victim = await connect('victim');
    victim.send({ type: 'subscribe', channel: 'own:victim' });
    const { cursor: since, epoch } = await victim.next('subscribed');
    await victim.request({ type: 'publish', id: '1', channel: 'own:victim', event: 'e', data: 'mine' });
    await victim.close();

    const attacker = await connect('attacker');
    const data = 'x'.repeat(250 * 1024);
    await flood(attacker, 150, (n) => ({ channel: n % 2 ? 'own:attacker' : `open:${n}`, data }));
    await flood(attacker, 2_000, (n) => ({ channel: `open:many-${n}`, data: null }));
    await attacker.close();

    const again = await connect('victim');
    again.send({ type: 'subscribe', channel: 'own:victim', since, epoch });
    expect(await again.next('subscribed')).toMatchObject({ recovered: true });
    expect(await again.next('message')).toMatchObject({ data: 'mine' });
    await again.close();
  });

  it('know a repeated publish of one principal however many keys another one uses', async () => {
    const [victim, attacker] = [await connect('careful'), await connect('hasty')];
    const publish = { type: 'publish', channel: 'own:careful', event: 'e', data: 1, key: 'order-1' };
    const first = await victim.request({ ...publish, id: '1' });
    // Some 12 bytes of overhead a byte of key: more than the keys of all may take.
    await flood(attacker, 60_000, (n) => ({ channel: 'own:hasty', data: 1, key: `${n}`.padEnd(100, 'k') }));
    const again = await victim.request({ ...publish, id: '2' });
    expect('cursor' in again && again.cursor).toBe('cursor' in first && first.cursor);
    await Promise.all([victim.close(), attacker.close()]);
  });

  it('refuse what one principal publishes too fast, over all of its connections, and nobody else', async () => {
    const [one, two, other] = [await connect('fast'), await connect('fast'), await connect('slow')];
    const data = 'x'.repeat(250 * 1024);
    const needed = Math.ceil(BURST / data.length);
    let refused = 0;
    const replies = new Set(['RATE_LIMITED', 'ack']);
    for (let n = 0; n < 2 * needed && refused === 0; n += 1) {
      const client = n % 2 ? one : two;
      const reply = await client.request({ type: 'publish', id: `${n}`, channel: 'open:fast', event: 'e', data });
      const kind = reply.type === 'error' ? reply.code : reply.type;
      expect(replies).toContain(kind);
      if (reply.type !== 'error') continue;
      refused += 1;
      expect(reply).toMatchObject({ retryable: true, message: expect.stringMatching(/^data: /) });
      expect(n).toBeGreaterThanOrEqual(needed - 1);
    }
    expect(refused).toBe(1);
    expect(await other.request({ type: 'publish', id: 'o', channel: 'open:fast', event: 'e', data: 1 })).toMatchObject({
      type: 'ack',
    });
    await Promise.all([one.close(), two.close(), other.close()]);
  });

  it('number the messages of each channel for itself, so that its cursors tell nothing of others', async () => {
    const [watcher, teller] = [await connect('watcher'), await connect('teller')];
    const publish = { type: 'publish', channel: 'own:watcher', event: 'e' };
    const cursorOf = async (id: string): Promise<number> => {
      const ack = (await watcher.request({ ...publish, id })) as unknown as Pick<MessageFrame, 'cursor'>;
      return parseInt(ack.cursor.split('.')[1] ?? '', 36);
    };
    const first = await cursorOf('1');
    await flood(teller, 7, () => ({ channel: 'own:teller' }));
    expect((await cursorOf('2')) - first).toBe(1);
    watcher.send({ type: 'subscribe', channel: 'open:quiet' });
    const before = await watcher.next('subscribed');
    await flood(teller, 7, () => ({ channel: 'own:teller' }));
    watcher.send({ type: 'unsubscribe', channel: 'open:quiet' });
    watcher.send({ type: 'subscribe', channel: 'open:quiet' });
    expect(await watcher.next('subscribed')).toMatchObject({ cursor: before.cursor });
    await Promise.all([watcher.close(), teller.close()]);
  });
});
