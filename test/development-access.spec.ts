import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestClient } from './support/client.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { RawSocket } from './support/raw-socket.js';
import { TcpProxy } from './support/proxy.js';

/** Several processes have to start, on whatever machine this is. */
const START_MS = 60_000;
const PATHS = ['/', '/page.json', '/page/main.js', '/client.js'];
const WRITE = { writes: [{ action: 'create', table: 'messages', id: 'm1', values: { room: 'general' } }] };

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks with any headers: `fetch` lets nobody choose `Host`. */
async function ask(url: string, headers: OutgoingHttpHeaders = {}, body?: string): Promise<Answer> {
  const asking = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent: false });
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}

function write(url: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  return ask(`${url}/page/rows`, { 'content-type': 'application/json', ...headers }, JSON.stringify(WRITE));
}

/** What whoever connects so, without a token, is answered when it subscribes to a table. */
async function subscribed(url: string, headers: IncomingHttpHeaders = {}): Promise<string> {
  // The types of `ws` know headers of one value.
  const client = await TestClient.connect(url, { headers: headers as Record<string, string> });
  const reply = await client.request({ type: 'subscribe', id: '1', topic: 'messages' });
  await client.close();
  return reply.type === 'error' ? reply.code : reply.type;
}

describe('development', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  }, START_MS);

  afterAll(() => gateway.stop(), START_MS);

  describe.each<[string, IncomingHttpHeaders]>([
    ['another Host, as after DNS rebinding', { host: 'rebound.example.com:8443' }],
    ['a Host that begins like this machine', { host: '127.0.0.1.example.com' }],
    ['the Origin of another site', { origin: 'https://site.example' }],
    ['the Origin of nobody', { origin: 'null' }],
    ['the Fetch Metadata of another site', { 'sec-fetch-site': 'cross-site' }],
    ['the header of a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['another header of a proxy', { 'x-forwarded-proto': 'https' }],
  ])('to a request with %s', (_, headers) => {
    it('refuses the page', async () => {
      const answers = await Promise.all(PATHS.map((path) => ask(`${gateway.httpUrl}${path}`, headers)));
      expect(answers.map(({ status }) => status)).toEqual(PATHS.map(() => 403));
      for (const { text } of answers) expect(text).toMatch(/^{"error":{"code":"FORBIDDEN",.*DEVELOPMENT_ACCESS/);
    });

    it('writes no row', async () => {
      expect((await write(gateway.httpUrl, headers)).status).toBe(403);
    });

    it('refuses a connection without a token what local ones may', async () => {
      expect(await subscribed(gateway.url, headers)).toBe('UNAUTHENTICATED');
    });
  });

  it.each<IncomingHttpHeaders>([
    {},
    { host: 'localhost' },
    { host: 'app.localhost:8443' },
    { host: '[::1]:8443' },
    { host: 'localhost:8443', origin: 'http://localhost:8443' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-origin' },
  ])('serves this machine with %j', async (headers) => {
    expect((await ask(gateway.httpUrl, headers)).status).toBe(200);
    expect(await subscribed(gateway.url, headers)).toBe('subscribed');
  });

  it('serves connections of an application that is developed on this machine, on another port or name of it', async () => {
    expect(await subscribed(gateway.url, { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' })).toBe(
      'subscribed',
    );
    expect(await subscribed(gateway.url, { origin: 'http://app.localhost:5173' })).toBe('subscribed');
  });

  it('writes no rows for a page of another port, which may be another program’s', async () => {
    const origin = 'http://localhost:5173';
    expect((await write(gateway.httpUrl, { host: 'localhost:8443', origin })).status).toBe(403);
    expect((await write(gateway.httpUrl, { 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });

  it('tells its own page where rows are written, and not the key to the database', async () => {
    const { status, text } = await ask(`${gateway.httpUrl}/page.json`, { host: 'localhost' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({
      token: expect.any(String),
      writing: { namespace: 'main', database: 'main' },
    });
  });

  it('reads no write that a form could send from any page', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expect((await write(gateway.httpUrl, { 'content-type': type })).status).toBe(400);
    }
  });

  describe('behind a proxy that adds no header', () => {
    let proxy: TcpProxy;

    beforeAll(async () => {
      proxy = await TcpProxy.start(gateway.url);
    });

    afterAll(() => proxy.stop());

    it('refuses whoever comes by another name than this machine’s', async () => {
      const url = new URL(proxy.url);
      const headers = { host: 'realtime.example.com' };
      const answers = await Promise.all(PATHS.map((path) => ask(`http://${url.host}${path}`, headers)));
      expect(answers.map(({ status }) => status)).toEqual(PATHS.map(() => 403));
      expect(await subscribed(proxy.url, headers)).toBe('UNAUTHENTICATED');
    });
  });

  describe('behind a proxy that adds no header and writes its own Host', () => {
    let proxy: Server;

    beforeAll(async () => {
      const { host } = new URL(gateway.httpUrl);
      // As nginx does unless it is told otherwise: HTTP/1.0, and the Host of what it passes to. Node's client speaks 1.1 only.
      proxy = createServer(({ method, url = '' }, response) => {
        void RawSocket.answer(gateway.httpUrl, `${method} ${url} HTTP/1.0\r\nHost: ${host}\r\n\r\n`).then((text) => {
          response.end(text);
        });
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
    });

    afterAll(() => void proxy.close());

    it('refuses the page', async () => {
      const { port } = proxy.address() as AddressInfo;
      for (const path of PATHS) {
        expect((await ask(`http://127.0.0.1:${port}${path}`)).text).toMatch(/^HTTP\/1\.1 403 /);
      }
    });
  });
});

describe('development for anyone, as one setting says', () => {
  let gateway: Gateway;
  const headers = { host: 'realtime.example.com', 'x-forwarded-for': '203.0.113.9' };

  beforeAll(async () => {
    gateway = await startGateway({ DEVELOPMENT_ACCESS: 'anyone' });
  }, START_MS);

  afterAll(() => gateway.stop(), START_MS);

  it('serves the page, writes rows and needs no token', async () => {
    expect((await ask(gateway.httpUrl, headers)).status).toBe(200);
    expect((await write(gateway.httpUrl, { ...headers, origin: 'https://realtime.example.com' })).status).toBe(204);
    expect(await subscribed(gateway.url, { ...headers, origin: 'https://app.example.com' })).toBe('subscribed');
    expect(gateway.output).toContain('DEVELOPMENT_ACCESS');
  });

  it('writes no row for a page of another site', async () => {
    expect((await write(gateway.httpUrl, { ...headers, origin: 'https://site.example' })).status).toBe(403);
    expect((await write(gateway.httpUrl, { ...headers, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });
});
