import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { RawSocket, upgradeRequest } from './support/raw-socket.js';
import { metric } from './support/health.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** Half of what `ws` gives a client for its answer if it isn't told otherwise, and many times the two seconds that it has. */
const PATIENCE_MS = 15_000;
const API_KEY = 'an api key';

/** Unasked, with a mask of zeros: a sign of life. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** A close frame of the server with this code, as it is on the wire. */
function closeFrame(code: number): string {
  return Buffer.from([code >> 8, code & 0xff]).toString('latin1');
}

describe('a close that the client does not answer', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({
      JWT_SECRET,
      API_KEY,
      SURREAL_URL: 'ws://127.0.0.1:9/rpc',
      HEARTBEAT_INTERVAL_MS: '2000',
      HEARTBEAT_TIMEOUT_MS: '2000',
      LIMIT_OUTBOX_BYTES: '65536',
      LIMIT_COMMANDS_BURST: '100000',
    });
  }, 40_000);
  afterAll(() => gateway.stop());

  it.each<[number, () => Promise<RawSocket>]>([
    [4408, () => open(tokenOf('mute'))],
    [4401, () => open('none')],
    [
      4403,
      async () => {
        const socket = await open(tokenOf('mute'));
        await socket.until('"type":"welcome"');
        const headers = { 'x-api-key': API_KEY };
        await fetch(`${gateway.httpUrl}/api/v1/principals/mute/disconnect`, { method: 'POST', headers });
        return socket;
      },
    ],
  ])('is cut (%i), and the connection counts no more', async (code, opened) => {
    const mute = await opened();
    await mute.until(closeFrame(code));
    await within(mute.closed);
    await untilMetric('edge_hive_connections', 0);
  });

  it('is cut (4430) even while nothing is read, and holds no bytes any more', async () => {
    const mute = await stalled();
    await publishUntilOverflow(mute);
    await untilMetric('edge_hive_connections', 0);
    await untilMetric('edge_hive_outbox_bytes', 0);
    mute.reset();
  });

  /** One that hears of a channel and reads no more. */
  async function stalled(): Promise<RawSocket> {
    const socket = await open(tokenOf('mute'));
    socket.send(maskedText({ type: 'subscribe', id: '1', channel: 'room:1' }));
    await socket.until('"type":"subscribed"');
    socket.stall();
    return socket;
  }

  async function publishUntilOverflow(reader: RawSocket): Promise<void> {
    const publisher = await TestClient.connect(gateway.url, { token: tokenOf('publisher') });
    const data = 'x'.repeat(50_000);
    for (let n = 0; (await metric(gateway, 'edge_hive_slow_consumers_total')) === 0; n++) {
      reader.send(PONG);
      await publisher.request({ type: 'publish', id: `${n}`, channel: 'room:1', event: 'e', data });
    }
    await publisher.close();
  }

  async function open(token: string): Promise<RawSocket> {
    const socket = await RawSocket.connect(gateway.httpUrl);
    socket.send(upgradeRequest(`${REALTIME_PATH}?token=${token}`));
    await socket.until('\r\n\r\n');
    return socket;
  }

  async function untilMetric(name: string, value: number): Promise<void> {
    await within(
      (async () => {
        while ((await metric(gateway, name)) !== value);
      })(),
    );
  }
});

async function within<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not in ${PATIENCE_MS} ms.`)), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A short text frame as clients send it; the mask is zero, so that it can be read. */
function maskedText(frame: object): Buffer {
  const text = Buffer.from(JSON.stringify(frame));
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
}
