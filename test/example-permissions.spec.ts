import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { startBrowser, whereBrowser } from './support/browser.js';

whereBrowser('the permissions of the examples', () => {
  const faults: string[] = [];
  const received = new Map<Page, string[]>();
  let example: ChildProcess;
  let browser: Browser;
  let root: Surreal;
  let address: string;

  beforeAll(async () => {
    example = spawn(process.execPath, ['examples/permissions/run.mjs'], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    browser = await startBrowser();
    const told: string[] = [];
    for await (const line of createInterface({ input: example.stdout ?? process.stdin })) {
      told.push(line);
      if (line.startsWith('Write as root')) break;
    }
    address = /http:\/\/localhost:\d+/.exec(told.join('\n'))?.[0] ?? '';
    root = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
    await root.connect(/ws:\S+rpc/.exec(told.join('\n'))?.[0] ?? '', {
      authentication: { username: 'root', password: 'root' },
    });
    await root.use({ namespace: 'main', database: 'main' });
  }, 60_000);

  afterAll(async () => {
    await root?.close();
    await browser?.close();
    example.kill('SIGTERM');
    await once(example, 'exit');
    expect(faults).toEqual([]);
  }, 60_000);

  /** A user, in a browser of its own. */
  async function signIn(name: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    const frames: string[] = [];
    received.set(page, frames);
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => frames.push(payload.toString())));
    await page.goto(`${address}/#${name}`);
    await page.getByLabel('Password').fill('secret');
    await page.getByRole('button', { name: 'Sign in' }).click();
    return page;
  }

  const listed = (page: Page, list: string) => page.locator(`#${list} li`).allTextContents();
  const sees = (page: Page, list: string, text: string) => page.locator(`#${list} li`, { hasText: text }).waitFor();
  const seesNo = (page: Page, list: string, text: string) =>
    page.locator(`#${list}:not(:has-text("${text}"))`).waitFor({ state: 'attached' });

  it('show each browser the rows and fields of its own user, and what changes of them', async () => {
    const [ann, bob] = [await signIn('ann'), await signIn('bob')];
    await sees(ann, 'message', 'Board: These are the figures');
    await sees(bob, 'message', 'Lobby: Welcome to Acme');
    for (const page of [ann, bob]) await sees(page, 'org', 'Acme');
    expect(await listed(ann, 'org')).toEqual(['Acme (pro)']);
    expect(await listed(bob, 'org')).toEqual(['Acme']);
    expect((await listed(ann, 'room-list')).sort()).toEqual(['Board', 'Lobby']);
    expect(await listed(bob, 'room-list')).toEqual(['Lobby']);

    await ann.getByLabel('Room').selectOption('Board');
    await ann.getByLabel('Message').fill('For the board');
    await ann.getByRole('button', { name: 'Send' }).click();
    await sees(ann, 'message', 'Board: For the board');
    await ann.getByLabel('Room').selectOption('Lobby');
    await ann.getByLabel('Message').fill('For all');
    await ann.getByRole('button', { name: 'Send' }).click();
    for (const page of [ann, bob]) await sees(page, 'message', 'Lobby: For all');

    await root.query("UPDATE member SET role = 'admin' WHERE in = user:bob");
    await sees(bob, 'org', 'Acme (pro)');
    await root.query("RELATE user:bob->member->org:birch SET role = 'guest'");
    await sees(bob, 'message', 'Yard: The tree is ill');
    await root.query('DELETE member WHERE in = user:bob AND out = org:acme');
    await seesNo(bob, 'message', 'Lobby: For all');
    await seesNo(bob, 'org', 'Acme');
    expect(await listed(bob, 'message')).toEqual(['Yard: The tree is ill']);
    expect(received.get(bob)?.join()).not.toMatch(/figures|For the board/);
    expect(received.get(ann)?.join()).not.toMatch(/argon2|tree is ill/);
  }, 60_000);
});
