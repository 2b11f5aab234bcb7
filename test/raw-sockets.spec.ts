import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { startSurreal, type SurrealProcess } from '@edge-hive/surreal-server';
import { startGateway, type Gateway } from './support/gateway.js';
import { RawSocket, upgradeRequest } from './support/raw-socket.js';
import { JWT_SECRET } from './support/tokens.js';

/** As different as what a server does with them: refused, cut, upgraded, read once more. */
const TARGETS = ['//', 'http://[', '/nowhere', REALTIME_PATH, '/rpc', '*'];
const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { Host: '[' },
  { Host: 'a b' },
  { Upgrade: 'h2c' },
  { 'Sec-WebSocket-Key': '' },
  { 'Sec-WebSocket-Protocol': 'cbor' },
];

async function resetEach(url: string): Promise<void> {
  for (const target of TARGETS) {
    for (const headers of HEADERS) {
      // The answer has to be written just when the reset comes: at one of these moments it is.
      for (const milliseconds of [0, 1, 1, 2]) {
        const socket = await RawSocket.connect(url);
        socket.send(upgradeRequest(target, headers));
        await delay(milliseconds);
        socket.reset();
        await socket.closed;
      }
    }
  }
}

describe('raw sockets of the service', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, SURREAL_URL: 'ws://127.0.0.1:9/rpc' });
  }, 40_000);
  afterAll(() => gateway.stop());

  it('may be reset at any moment of an upgrade', async () => {
    await resetEach(gateway.httpUrl);
    expect((await fetch(`${gateway.httpUrl}/health/live`)).status).toBe(200);
    expect(gateway.output).not.toMatch(/^ +at /m);
  });

  it.each<[string, string, Readonly<Record<string, string>>]>([
    ['a target without a host', '//', {}],
    ['an absolute target that does not parse', 'http://[', {}],
    ['a host that does not parse', REALTIME_PATH, { Host: '[' }],
  ])('are answered 400 over HTTP for %s', async (_, target, headers) => {
    expect(await refusal(upgradeRequest(target, headers))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  it.each([`${REALTIME_PATH}/`, REALTIME_PATH.toUpperCase(), '/', `${REALTIME_PATH}//`, '/socket.io/?EIO=4'])(
    'are told the right path when they ask for a WebSocket at %s',
    async (target) => {
      const { status, code, message } = await refusal(upgradeRequest(target));
      expect([status, code]).toEqual([404, 'NOT_FOUND']);
      expect(message).toContain(`at ${REALTIME_PATH}:`);
    },
  );

  it('are told so even if they send on without reading', async () => {
    const request = upgradeRequest('/nowhere') + 'x'.repeat(100_000);
    expect(await refusal(request)).toMatchObject({ status: 404 });
  });

  async function refusal(request: string): Promise<{ status: number; code: string; message: string }> {
    const answer = await RawSocket.answer(gateway.httpUrl, request);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const { error } = JSON.parse(body) as { error: { code: string; message: string } };
    return { status: Number(head.split(' ')[1]), ...error };
  }
});

describe('raw sockets of the embedded database', () => {
  let surreal: SurrealProcess;

  beforeAll(async () => {
    surreal = await startSurreal();
  }, 40_000);
  afterAll(() => surreal.stop());

  it('may be reset at any moment of an upgrade', async () => {
    const { pid } = surreal;
    await resetEach(surreal.url);
    await surreal.ready();
    expect(surreal.pid).toBe(pid);
  });
});
