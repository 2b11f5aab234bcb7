import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient, type TestClientOptions } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { PATIENT } from './support/patient.js';
import { until } from './support/poll.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

let gateway: Gateway;

/** Starts one gateway for the tests of a block. */
function useGateway(env: Readonly<Record<string, string>>): void {
  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, ...env });
  }, 40_000);
  afterAll(() => gateway.stop());
}

function connect(sub: string, options: TestClientOptions = {}): Promise<TestClient> {
  return TestClient.connect(gateway.url, { token: tokenOf(sub), ...options });
}

describe('command rates', () => {
  useGateway({ LIMIT_COMMANDS_PER_SECOND: '5', LIMIT_COMMANDS_BURST: '10' });

  it('answers RATE_LIMITED beyond the burst, in order, and serves again after', async () => {
    const client = await connect('user-1');
    for (let id = 0; id < 30; id++) client.send({ type: 'ping', id: `${id}` });
    expect(await client.reply('29')).toMatchObject({ type: 'error', code: 'RATE_LIMITED', retryable: true });
    expect(client.types.filter((type) => type === 'pong').length).toBeLessThan(20);
    const ids = client.frames.flatMap((frame) => ('id' in frame ? [Number(frame.id)] : []));
    expect(ids).toEqual([...ids.keys()]);
    // Asked without a pause, a fast machine makes a flood of it.
    await until(async () => (await client.request({ type: 'ping', id: 'again' })).type === 'pong');
  });

  it('answers WebSocket pings, and closes a flood of them with 4429', async () => {
    const client = await connect('user-1');
    const pong = once(client.socket, 'pong');
    client.socket.ping('hello');
    expect(String((await pong)[0])).toBe('hello');
    for (let n = 0; n < 5_000; n++) client.socket.ping();
    expect((await client.closed).code).toBe(4429);
  });

  it('counts pongs, too', async () => {
    const client = await connect('user-1');
    await client.next('welcome');
    for (let n = 0; n < 30; n++) client.socket.pong();
    expect(await client.request({ type: 'ping', id: '1' })).toMatchObject({ code: 'RATE_LIMITED' });
    for (let n = 0; n < 5_000; n++) client.socket.pong();
    expect((await client.closed).code).toBe(4429);
  });

  it('closes a flood with 4429, before authentication too', async () => {
    for (const client of [await connect('user-1'), await TestClient.connect(gateway.url)]) {
      for (let n = 0; n < 5_000; n++) client.send({ type: 'ping' });
      expect((await client.closed).code).toBe(4429);
    }
  });
});

describe('connection limits', () => {
  useGateway({ LIMIT_CONNECTIONS: '3', LIMIT_CONNECTIONS_PER_PRINCIPAL: '2' });

  it('refuses connections beyond each with 1013, and takes others when one is gone', async () => {
    const clients = [await connect('user-1'), await connect('user-1'), await connect('user-2')];
    for (const client of clients) await client.next('welcome');
    expect((await (await connect('user-3')).closed).code).toBe(1013);
    await clients[2]?.close();
    expect((await (await connect('user-1')).closed).code).toBe(1013);
    const last = await connect('user-3');
    expect((await last.next('welcome')).principal.id).toBe('user-3');
  });
});

describe('connection limits of an address', () => {
  useGateway({ LIMIT_CONNECTIONS_PER_ADDRESS: '1', TRUST_PROXY: 'true' });

  it('count by the address that the own proxy saw', async () => {
    const from = (address: string) => ({ headers: { 'x-forwarded-for': `6.6.6.6, ${address}` } });
    const first = await connect('user-1', from('1.1.1.1'));
    await first.next('welcome');
    expect((await (await connect('user-1', from('1.1.1.1'))).closed).code).toBe(1013);
    expect((await (await connect('user-1', from('2.2.2.2'))).next('welcome')).type).toBe('welcome');
  });
});

describe('limits on one connection', () => {
  useGateway({
    ALLOWED_ORIGINS: 'https://app.example, https://other.example',
    API_KEY: 'key',
    HEARTBEAT_INTERVAL_MS: '300',
    HEARTBEAT_TIMEOUT_MS: '2000',
    LIMIT_SUBSCRIPTIONS: '1',
    LIMIT_COMMANDS_BURST: '100000',
  });

  it('closes an origin that is not allowed with 4403', async () => {
    const evil = await connect('user-1', { origin: 'https://evil.example' });
    expect((await evil.closed).code).toBe(4403);
    expect(evil.frames).toEqual([]);
    for (const options of [{ origin: 'https://other.example' }, {}]) {
      expect((await (await connect('user-1', options)).next('welcome')).type).toBe('welcome');
    }
  });

  it('answers one subscription too many LIMIT_EXCEEDED', async () => {
    const client = await connect('user-1');
    await client.request({ type: 'subscribe', id: '1', channel: 'a' });
    expect(await client.request({ type: 'subscribe', id: '2', channel: 'b' })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(await client.request({ type: 'subscribe', id: '3', channel: 'a' })).toMatchObject({ type: 'subscribed' });
  });

  it('closes with 4408 from whom nothing comes, and no one else', async () => {
    const mute = await connect('user-1', { autoPong: false });
    const alive = await connect('user-2');
    expect((await mute.closed).code).toBe(4408);
    expect(await alive.request({ type: 'ping', id: '1' })).toMatchObject({ type: 'pong' });
  });

  it('closes a principal with 4403 when the server asks', async () => {
    const [gone, other] = [await connect('gone'), await connect('other')];
    for (const client of [gone, other]) await client.next('welcome');
    const url = `${gateway.httpUrl}/api/v1/principals/gone/disconnect`;
    const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': 'key' } });
    expect(await response.json()).toEqual({ disconnected: 1 });
    expect((await gone.closed).code).toBe(4403);
    expect(await other.request({ type: 'ping', id: '1' })).toMatchObject({ type: 'pong' });
  });
});

describe('a slow reader', () => {
  useGateway({ ...PATIENT, LIMIT_OUTBOX_BYTES: '65536', LIMIT_COMMANDS_BURST: '100000' });

  it('is closed with 4430, and delays no one', async () => {
    const [slow, healthy, publisher] = [await connect('slow'), await connect('healthy'), await connect('publisher')];
    for (const client of [slow, healthy]) await client.request({ type: 'subscribe', id: 's', channel: 'room:1' });
    slow.socket.pause();
    const data = 'x'.repeat(50_000);
    for (let n = 0; !(await closedSlowConsumer()); n++) {
      await publisher.request({ type: 'publish', id: `${n}`, channel: 'room:1', event: 'e', data });
      expect(await healthy.next('message')).toMatchObject({ data });
    }
    slow.socket.resume();
    expect((await slow.closed).code).toBe(4430);
    expect(await healthy.request({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
  });

  async function closedSlowConsumer(): Promise<boolean> {
    const response = await fetch(`${gateway.httpUrl}/metrics`);
    return (await response.text()).includes('\nedge_hive_slow_consumers_total 1\n');
  }
});
