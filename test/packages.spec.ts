import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { startBrowser, whereBrowser } from './support/browser.js';
import { EmptyProject } from './support/empty-project.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { Pages } from './support/pages.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

/** npm and the compiler have to start, on whatever machine this is. */
const PACK_MS = 120_000;

const CJS = { type: 'commonjs', module: 'node16', moduleResolution: 'node16' };
const CJS_NEXT = { type: 'commonjs', module: 'nodenext', moduleResolution: 'nodenext' };
const ESM = { type: 'module', module: 'node16', moduleResolution: 'node16' };
const BUNDLER = { type: 'module', module: 'esnext', moduleResolution: 'bundler' };

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (library: string) =>
  JSON.parse(readFileSync(join('libs', library, 'package.json'), 'utf8')) as Manifest;

describe.each(['protocol', 'realtime-client', 'surreal-server'])('the package of libs/%s', (library) => {
  it('says what a registry and its readers ask for', () => {
    expect(manifestOf(library).description).toMatch(/\.$/);
    expect(manifestOf(library)).toMatchObject({
      name: `@edge-hive/${library}`,
      license: 'MIT',
      engines: { node: '>=20.19' },
      files: ['dist'],
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      publishConfig: { access: 'public' },
    });
    expect(readFileSync(join('libs', library, 'README.md'), 'utf8')).toContain(`# @edge-hive/${library}`);
    expect(readFileSync(join('libs', library, 'LICENSE'), 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
  });
});

/** An application that leaves a publish alone when it closes its client, and waits for another one. */
const CLIENT = `
import { type Filter, RealtimeClient, RealtimeError, type TopicEvent } from '@edge-hive/realtime-client';

class Silent {
  send(): void {}
  close(): void {}
  addEventListener(): void {}
}
const client = new RealtimeClient('ws://127.0.0.1:9/', { WebSocket: Silent });
const filter: Filter = { room: { in: ['a', 'b'] } };
client.subscribe('messages', filter, (event: TopicEvent<{ id: string }>) => console.log(event.cursor));
void client.channel('room:1').publish('said', 1);
client.close();
client
  .channel('room:1')
  .publish('said', 2)
  .catch((error: unknown) => console.log(error instanceof RealtimeError && error.code));
`;

/** What a page does with a message that it publishes itself. */
const PAGE = `
import { RealtimeClient } from '@edge-hive/realtime-client';

const { service, token } = Object.fromEntries(new URLSearchParams(location.search));
const client = new RealtimeClient(service, { token });
const room = client.channel('room:1');
room.on('said', ({ data }) => (document.title = data));
await room.publish('said', 'hello from a page');
`;

describe('the package of the client, in an empty project', () => {
  let project: EmptyProject;

  beforeAll(async () => {
    project = await EmptyProject.of(['realtime-client']);
  }, PACK_MS);
  afterAll(() => project?.remove());

  it.each([CJS, CJS_NEXT, ESM, BUNDLER])(
    'is compiled against, and runs, with $type, module $module and resolution $moduleResolution',
    async (settings) => {
      const { found, program } = await project.compile(CLIENT, settings);
      expect(found).toBe('');
      expect(await project.run(program)).toBe('CLOSED\n');
    },
  );

  whereBrowser('in a browser', () => {
    let gateway: Gateway;
    let pages: Pages;
    let browser: Browser;

    beforeAll(async () => {
      pages = await Pages.of(project, 'realtime-client', PAGE);
      const { origin } = pages;
      [gateway, browser] = await Promise.all([startGateway({ ALLOWED_ORIGINS: origin, JWT_SECRET }), startBrowser()]);
    }, PACK_MS);

    afterAll(async () => {
      await browser?.close();
      await gateway?.stop();
      pages?.close();
    });

    it.each(['bundled', 'page'])('publishes and is delivered to: %s.js', async (script) => {
      const page = await (await browser.newContext()).newPage();
      const settings = new URLSearchParams({ service: gateway.url, token: tokenOf('user-1') });
      await page.goto(`${pages.origin}/${script}?${settings.toString()}`);
      await page.waitForFunction('document.title === "hello from a page"');
      await page.close();
    });
  });
});

const PROTOCOL = `
import { CLOSE_CODES, type ServerFrame, type SubscribeFrame } from '@edge-hive/protocol';

const frame: SubscribeFrame = { type: 'subscribe', topic: 'messages', filter: { age: { gte: 18 } } };
const typeOf = (answer: ServerFrame): string => answer.type;
console.log(frame.type, typeOf({ type: 'pong', time: '2026-01-01T00:00:00.000Z' }), Object.values(CLOSE_CODES).length > 0);
`;

describe('the package of the protocol, in an empty project', () => {
  let project: EmptyProject;

  beforeAll(async () => {
    project = await EmptyProject.of(['protocol']);
  }, PACK_MS);
  afterAll(() => project?.remove());

  it.each([ESM, BUNDLER])('is compiled against, and runs, with resolution $moduleResolution', async (settings) => {
    const { found, program } = await project.compile(PROTOCOL, settings);
    expect(found).toBe('');
    expect(await project.run(program)).toBe('subscribe pong true\n');
  });

  it('is bundled', async () => {
    const entry = join(project.folder, 'entry.js');
    writeFileSync(entry, `import { REALTIME_PATH } from '@edge-hive/protocol'; console.log(REALTIME_PATH);`);
    const outfile = join(project.folder, 'bundled.mjs');
    await build({ entryPoints: [entry], bundle: true, format: 'esm', outfile });
    expect(await project.run(outfile)).toBe('/api/v1/realtime\n');
  });

  whereBrowser('in a browser', () => {
    let pages: Pages;
    let browser: Browser;

    beforeAll(async () => {
      pages = await Pages.of(
        project,
        'protocol',
        `import { REALTIME_PATH } from '@edge-hive/protocol'; document.title = REALTIME_PATH;`,
      );
      browser = await startBrowser();
    }, PACK_MS);

    afterAll(async () => {
      await browser?.close();
      pages?.close();
    });

    it.each(['bundled', 'page'])('is loaded: %s.js', async (script) => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${pages.origin}/${script}`);
      await page.waitForFunction('document.title === "/api/v1/realtime"');
      await page.close();
    });
  });
});

const SERVER = `
import { startSurreal, type SurrealOptions } from '@edge-hive/surreal-server';

const options: SurrealOptions = { port: 0 };
const surreal = await startSurreal(options);
console.log(surreal.kind);
await surreal.stop();
`;

describe('the package of the database server, in an empty project', () => {
  let project: EmptyProject;

  beforeAll(async () => {
    const { dependencies = {} } = manifestOf('surreal-server');
    // Its types are Node's.
    project = await EmptyProject.of(['surreal-server'], [...Object.keys(dependencies), '@types/node']);
  }, PACK_MS);
  afterAll(() => project?.remove());

  it.each([ESM, BUNDLER])('is compiled against, and runs, with resolution $moduleResolution', async (settings) => {
    const { found, program } = await project.compile(`/// <reference types="node" />\n${SERVER}`, settings);
    expect(found).toBe('');
    expect(await project.run(program)).toBe('embedded\n');
  });
});
