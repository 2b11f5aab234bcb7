import { afterEach, describe, expect, it } from '@jest/globals';
import { REALTIME_PATH } from '@edge-hive/protocol';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { metric } from './support/health.js';
import { RawSocket } from './support/raw-socket.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** Many times the deadlines set here, and half of Node's own. */
const PATIENCE_MS = 25_000;
const HEALTH = 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n';

let gateway: Gateway;

async function start(env: Readonly<Record<string, string>>): Promise<void> {
  gateway = await startGateway({ JWT_SECRET, SURREAL_URL: 'ws://127.0.0.1:9/rpc', ...env });
}

afterEach(() => gateway.stop());

/** A socket that is served. */
async function served(): Promise<RawSocket> {
  const socket = await RawSocket.connect(gateway.httpUrl);
  socket.send(HEALTH);
  await socket.until('200 OK');
  return socket;
}

/** Settles when a socket that says nothing is cut without a word. */
async function refused(): Promise<void> {
  const socket = await RawSocket.connect(gateway.httpUrl);
  expect(await socket.closed).toBe('');
}

describe('limits at accept', () => {
  it('cut what is beyond those of an address, and take another when one is gone', async () => {
    await start({
      LIMIT_LOOPBACK: 'true',
      LIMIT_SOCKETS_PER_ADDRESS: '3',
      HTTP_KEEP_ALIVE_MS: '600000',
      AUDIT_LOG: 'stdout',
    });
    const sockets = [await served(), await served(), await served()];
    await refused();
    const [first, ...others] = sockets;
    first?.reset();
    expect(await oneShot('/metrics')).toMatch(/^edge_hive_sockets_refused_total\{reason="address"\} [1-9]/m);
    const audited = '"event":"socket_refused","address":"127.0.0.1","reason":"address"';
    while (!gateway.output.includes(audited)) await oneShot('/metrics');
    for (const socket of others) socket.reset();
  });

  it('cut what is beyond the rate of an address, and take others later', async () => {
    await start({ LIMIT_LOOPBACK: 'true', LIMIT_ARRIVALS_PER_SECOND: '1', LIMIT_ARRIVALS_BURST: '3' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => RawSocket.answer(gateway.httpUrl, closing('/health/live'))),
    );
    const taken = answers.filter((answer) => answer.includes('200 OK')).length;
    expect(taken).toBeGreaterThanOrEqual(3);
    expect(taken).toBeLessThan(20);
    let answer = '';
    while (!answer.includes('200 OK')) answer = await RawSocket.answer(gateway.httpUrl, closing('/health/live'));
  });

  it('cut what is beyond those in all', async () => {
    await start({ LIMIT_SOCKETS: '2', HTTP_KEEP_ALIVE_MS: '600000' });
    const sockets = [await served(), await served()];
    await refused();
    const [first] = sockets;
    first?.send('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    await first?.until('edge_hive_sockets_refused_total{reason="total"} 1\n');
    for (const socket of sockets) socket.reset();
  });

  it('let loopback addresses have as many as they like unless they are told', async () => {
    await start({ LIMIT_SOCKETS_PER_ADDRESS: '1', LIMIT_ARRIVALS_PER_SECOND: '1', LIMIT_ARRIVALS_BURST: '1' });
    const sockets = [await served(), await served(), await served()];
    for (const socket of sockets) socket.reset();
  });
});

describe('limits of an address behind a proxy', () => {
  it('count WebSockets by the address that the proxy saw, of IPv6 by its /64', async () => {
    await start({ TRUST_PROXY: 'true', LIMIT_SOCKETS_PER_ADDRESS: '1' });
    const from = (address: string) =>
      TestClient.connect(gateway.url, { token: tokenOf('u'), headers: { 'x-forwarded-for': `6.6.6.6, ${address}` } });
    const first = await from('2001:db8:0:1::1');
    await first.next('welcome');
    expect((await (await from('2001:db8:0:1:ffff::2')).closed).code).toBe(1013);
    await (await from('2001:db8:0:2::1')).next('welcome');
    await (await from('1.1.1.1')).next('welcome');
    expect((await (await from('::ffff:1.1.1.1')).closed).code).toBe(1013);
    await first.close();
    let code = 1013;
    while (code === 1013) {
      const again = await from('2001:db8:0:1::1');
      code = await Promise.race([again.next('welcome').then(() => 0), again.closed.then((closed) => closed.code)]);
    }
    expect(await metric(gateway, 'edge_hive_connections_refused_total{reason="address"}')).toBeGreaterThanOrEqual(2);
  });

  it('count how fast an address opens WebSockets', async () => {
    await start({ TRUST_PROXY: 'true', LIMIT_ARRIVALS_PER_SECOND: '1', LIMIT_ARRIVALS_BURST: '1' });
    const headers = { 'x-forwarded-for': '1.1.1.1' };
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => TestClient.connect(gateway.url, { token: tokenOf('u'), headers })),
    );
    const codes = await Promise.all(
      clients.map((client) =>
        Promise.race([client.next('welcome').then(() => 0), client.closed.then(({ code }) => code)]),
      ),
    );
    expect(new Set(codes)).toEqual(new Set([0, 1013]));
    for (const client of clients) client.socket.terminate();
  });
});

describe('a socket that', () => {
  const upgraded = `GET ${REALTIME_PATH} HTTP/1.1\r\nHost: a`;

  it.each<[string, string]>([
    ['says nothing', ''],
    ['sends half a request line', 'GET /hea'],
    ['sends half of the headers', upgraded],
    ['goes silent after a request', HEALTH],
    ['goes silent in the headers of the next', HEALTH + upgraded],
    ['goes silent in a body', 'POST /api/v1/channels/a/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"'],
  ])('%s is cut', async (_, bytes) => {
    await start({ HTTP_HEADERS_TIMEOUT_MS: '1000', HTTP_REQUEST_TIMEOUT_MS: '1500', HTTP_KEEP_ALIVE_MS: '1000' });
    const socket = await RawSocket.connect(gateway.httpUrl);
    if (bytes !== '') socket.send(bytes);
    const patience = setTimeout(() => socket.socket.destroy(new Error('Not cut.')), PATIENCE_MS);
    let failure: Error | undefined;
    socket.socket.once('error', (error) => (failure = error));
    await socket.closed;
    clearTimeout(patience);
    expect(failure).toBeUndefined();
  });
});

function closing(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
}

/** What a request of its own is answered, as soon as one is let in. */
async function oneShot(path: string): Promise<string> {
  let answer = '';
  while (answer === '') answer = await RawSocket.answer(gateway.httpUrl, closing(path));
  return answer;
}
