import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startBrowser, whereBrowser } from './support/browser.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { JWT_SECRET, tokenOf } from './support/tokens.js';

whereBrowser('the chat of the examples', () => {
  const faults: string[] = [];
  let gateway: Gateway;
  let browser: Browser;
  let server: ChildProcess;
  let address: string;

  beforeAll(async () => {
    [gateway, browser] = await Promise.all([startGateway({ JWT_SECRET }), startBrowser()]);
    server = spawn(process.execPath, ['examples/serve.mjs'], { env: { ...process.env, PORT: '0' }, stdio: 'pipe' });
    const [line] = (await once(server.stdout ?? process.stdin, 'data')) as [Buffer];
    address = /http:\S+/.exec(line.toString())?.[0] ?? '';
  }, 60_000);

  afterAll(async () => {
    server?.kill();
    await browser?.close();
    await gateway?.stop();
    expect(faults).toEqual([]);
  }, 60_000);

  /** One who chats, in a browser of its own. */
  async function open(name: string, token?: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    const fragment = token === undefined ? '' : `#token=${token}`;
    await page.goto(`${address}/?service=${gateway.url}${fragment}`);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Name').press('Enter');
    return page;
  }

  it('shows who is in a room, who is typing, and what is said', async () => {
    const [ann, bob, guest] = [
      await open('Ann', tokenOf('ann')),
      await open('Bob', tokenOf('bob')),
      await open('Guest'),
    ];
    const sees = (page: Page, text: string) => page.locator('#members li', { hasText: text }).waitFor();
    for (const page of [bob, guest]) await sees(page, 'Ann');
    await sees(ann, 'Ann (you)');
    await bob.getByPlaceholder('Say something').pressSequentially('hi');
    for (const page of [ann, guest]) await sees(page, 'Bob is typing…');
    await bob.getByRole('button', { name: 'Send' }).click();
    for (const page of [ann, guest]) await page.locator('#messages li', { hasText: 'Bob: hi' }).waitFor();
    await ann.locator('#members:not(:has-text("typing"))').waitFor();
    await bob.close();
    for (const page of [ann, guest]) await page.locator('#members:not(:has-text("Bob"))').waitFor();
    expect(await guest.locator('#members li').allTextContents()).toEqual(['Ann']);
  }, 60_000);
});
