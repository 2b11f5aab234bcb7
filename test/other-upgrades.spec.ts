import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

const API_KEY = 'an api key';
/** As Java's HTTP client sends them with the first request to a server. */
const HTTP2 = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABk' };

describe('a request for another protocol than WebSocket', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ JWT_SECRET, API_KEY });
  }, 40_000);
  afterAll(() => gateway.stop());

  it('is answered as if it had not asked', async () => {
    const { status, body } = await ask('GET', '/health/live');
    expect([status, body]).toEqual([200, expect.stringContaining('"status":"ok"')]);
    expect((await ask('GET', '/nowhere')).status).toBe(404);
    expect((await ask('GET', '/api/v1/realtime')).status).toBe(404);
  });

  it('is read with its body, however that comes, and its other headers', async () => {
    const client = await TestClient.connect(gateway.url, { token: tokenOf('user-1') });
    await client.request({ type: 'subscribe', id: '1', channel: 'room:a' });
    const half = 'x'.repeat(100_000);
    const { status } = await ask('POST', '/api/v1/channels/room:a/messages', [
      '{"event":"said","data":"',
      half,
      half,
      '"}',
    ]);
    expect(status).toBe(202);
    expect(await client.next('message')).toMatchObject({ event: 'said', data: half + half });
    await client.close();
  });

  async function ask(method: string, path: string, body: readonly string[] = []) {
    const headers = { ...HTTP2, 'x-api-key': API_KEY, 'content-type': 'application/json' };
    const asked = request(`${gateway.httpUrl}${path}`, { method, headers });
    for (const part of body) if (!asked.write(part)) await once(asked, 'drain');
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    return { status: response.statusCode, body: text };
  }
});
