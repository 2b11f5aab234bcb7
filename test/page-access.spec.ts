import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startBrowser, whereBrowser } from './support/browser.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseOf } from './support/page.js';

/** Several processes have to start, on whatever machine this is. */
const START_MS = 60_000;

describe('the database behind the page', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  }, START_MS);

  afterAll(() => gateway.stop(), START_MS);

  it('lets in the page, by either name of this machine, and no page of another site', async () => {
    const { url } = await databaseOf(gateway);
    const { port } = new URL(gateway.httpUrl);
    const outcomeFor = async (origin: string): Promise<unknown> => {
      const socket = new WebSocket(url, 'cbor', { origin });
      const refused = once(socket, 'unexpected-response').then(
        ([, response]) => (response as { statusCode: number }).statusCode,
      );
      const outcome = await Promise.race([once(socket, 'open').then(() => 'open'), refused]);
      socket.on('error', () => undefined); // Ended before it was open.
      socket.terminate();
      return outcome;
    };
    expect(await outcomeFor(`http://localhost:${port}`)).toBe('open');
    expect(await outcomeFor(`http://127.0.0.1:${port}`)).toBe('open');
    expect(await outcomeFor('http://localhost:1')).toBe(403);
    expect(await outcomeFor('https://site.example')).toBe(403);
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
          async ([rpc, settings]) => ({
            rpc: await new Promise((resolve) => {
              const socket = new WebSocket(rpc, 'cbor');
              socket.onopen = () => resolve('open');
              socket.onerror = () => resolve('refused');
            }),
            settings: await fetch(settings).then(
              () => 'read',
              () => 'refused',
            ),
          }),
          [(await databaseOf(gateway)).url, `${gateway.httpUrl}/page.json`] as const,
        );
        await browser.close();
        expect(outcome).toEqual({ rpc: 'refused', settings: 'refused' });
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
        const paths = ['/', '/page.json', '/page/main.js', '/client.js', '/surrealdb.js'];
        const answers = await Promise.all(paths.map((path) => fetch(`${gateway.httpUrl}${path}`)));
        expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 404));
      } finally {
        await gateway.stop();
      }
    },
    START_MS,
  );
});
