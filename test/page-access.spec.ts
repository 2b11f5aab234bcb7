import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startBrowser, whereBrowser } from './support/browser.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseUrlOf } from './support/page.js';

/** Several processes have to start, on whatever machine this is. */
const START_MS = 60_000;

describe('the database behind the page', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  }, START_MS);

  afterAll(() => gateway.stop(), START_MS);

  it('lets in no page, not even the service’s own', async () => {
    const { port } = new URL(gateway.httpUrl);
    for (const origin of [`http://localhost:${port}`, `http://127.0.0.1:${port}`, 'https://site.example']) {
      const socket = new WebSocket(databaseUrlOf(gateway), 'cbor', { origin });
      socket.on('error', () => undefined); // Ended before it was open.
      const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
      socket.terminate();
      expect(response.statusCode).toBe(403);
    }
  });

  whereBrowser('in a browser', () => {
    it(
      'keeps a page of another site from the database and its key',
      async () => {
        const browser = await startBrowser();
        const page = await browser.newPage();
        await page.route('http://site.example/', (route) => route.fulfill({ contentType: 'text/html', body: 'Hi' }));
        await page.goto('http://site.example/');
        const outcome = await page.evaluate(
          async ([rpc, settings, rows]) => ({
            rpc: await new Promise((resolve) => {
              const socket = new WebSocket(rpc, 'cbor');
              socket.onopen = () => resolve('open');
              socket.onerror = () => resolve('refused');
            }),
            settings: await fetch(settings).then(
              () => 'read',
              () => 'refused',
            ),
            rows: await fetch(rows, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: '{"writes":[{"action":"create","table":"stolen","id":"a","values":{}}]}',
            }).then(
              () => 'written',
              () => 'refused',
            ),
          }),
          [databaseUrlOf(gateway), `${gateway.httpUrl}/page.json`, `${gateway.httpUrl}/page/rows`] as const,
        );
        await browser.close();
        expect(outcome).toEqual({ rpc: 'refused', settings: 'refused', rows: 'refused' });
      },
      START_MS,
    );
  });
});

describe('the page', () => {
  it(
    'is not there in production',
    async () => {
      const gateway = await startGateway({
        NODE_ENV: 'production',
        JWT_SECRET: 'a secret that is long enough for this',
      });
      try {
        const paths = ['/', '/page.json', '/page/main.js', '/client.js'];
        const answers = await Promise.all(paths.map((path) => fetch(`${gateway.httpUrl}${path}`)));
        expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
      } finally {
        await gateway.stop();
      }
    },
    START_MS,
  );
});
