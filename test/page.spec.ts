import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RealtimeClient } from '@edge-hive/realtime-client';
import type { Browser } from 'playwright-core';
import { RecordId, Surreal } from 'surrealdb';
import { WebSocket } from 'ws';
import { startBrowser, whereBrowser } from './support/browser.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { databaseUrlOf, openPage } from './support/page.js';

/** Several processes have to start, on whatever machine this is. */
const START_MS = 60_000;
const TEST_MS = 60_000;

whereBrowser('the page', () => {
  const faults: string[] = [];
  let gateway: Gateway;
  let browser: Browser;

  beforeAll(async () => {
    [gateway, browser] = await Promise.all([startGateway(), startBrowser()]);
  }, START_MS);

  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    expect(faults).toEqual([]);
  }, START_MS);

  it(
    'shows writes of a page and of the SDK in two browsers, and a Node client gets them',
    async () => {
      const [first, second] = await Promise.all([
        openPage(browser, gateway, faults),
        openPage(browser, gateway, faults),
      ]);
      const client = new RealtimeClient(gateway.url, { WebSocket });
      const events = client.subscribe('messages');
      await events.ready;

      await first.getByLabel('Values').fill('{"room":"general","text":"by the page"}');
      await first.getByRole('button', { name: 'Create' }).click();
      const surreal = new Surreal({ websocketImpl: WebSocket as unknown as typeof globalThis.WebSocket }); // Node 20 has none
      await surreal.connect(databaseUrlOf(gateway), {
        namespace: 'main',
        database: 'main',
        authentication: { username: 'root', password: 'root' },
        reconnect: false,
      });
      await surreal.create(new RecordId('messages', 'sdk')).content({ room: 'general', text: 'by the SDK' });
      await surreal.close();

      const texts = new Set<unknown>();
      for await (const { data } of events) if (texts.add(data.text).size === 2) break;
      expect(texts).toEqual(new Set(['by the page', 'by the SDK']));
      for (const page of [first, second]) {
        for (const pane of await page.locator('.pane').all()) {
          await pane.locator('.entry', { hasText: 'by the page' }).waitFor();
          await pane.locator('.entry', { hasText: 'by the SDK' }).waitFor();
          expect(await pane.locator('.took').allTextContents()).toEqual(Array(2).fill(expect.stringMatching(/ m?s$/)));
        }
      }
      client.close();
    },
    TEST_MS,
  );

  it(
    'updates and deletes rows, and tells when one enters or leaves a filter',
    async () => {
      const page = await openPage(browser, gateway, faults);
      const values = page.getByLabel('Values');
      const filtered = page.locator('.pane').last();
      const write = async (button: string, row: object) => {
        await values.fill(JSON.stringify(row));
        await page.getByRole('button', { name: button }).click();
      };
      await write('Create', { room: 'elsewhere', text: 'moves' });
      await write('Update', { room: 'general' });
      await filtered.locator('.entry[data-kind="UPDATE"]', { hasText: 'enter' }).waitFor();
      await write('Update', { room: 'elsewhere' });
      await filtered.locator('.entry[data-kind="UPDATE"]', { hasText: 'leave' }).waitFor();
      await write('Delete', {});
      await page.locator('.pane').first().locator('.entry[data-kind="DELETE"]').waitFor();
    },
    TEST_MS,
  );

  it(
    'counts every event of a burst and shows the newest',
    async () => {
      const page = await openPage(browser, gateway, faults);
      await page.getByRole('button', { name: 'Burst of 100' }).click();
      for (const pane of await page.locator('.pane').all()) {
        await pane.locator('[data-part="count"]', { hasText: /^100$/ }).waitFor();
      }
    },
    TEST_MS,
  );

  it(
    'shows what a record holds as text, whatever it is',
    async () => {
      const page = await openPage(browser, gateway, faults);
      await page.getByLabel('Values').fill('{"room":"general","text":"<img src=x onerror=alert(1)>"}');
      await page.getByRole('button', { name: 'Create' }).click();
      await page.locator('.entry', { hasText: '<img src=x' }).first().waitFor();
      expect(await page.locator('.entry img').count()).toBe(0);
    },
    TEST_MS,
  );

  it(
    'tells what is wrong with a filter, and subscribes once it is mended, with the rows that are there',
    async () => {
      const page = await openPage(browser, gateway, faults);
      const pane = page.locator('.pane').first();
      const subscribe = pane.getByRole('button', { name: 'Subscribe', exact: true });
      await pane.getByRole('button', { name: 'Unsubscribe' }).click();
      await pane.getByLabel('Filter').fill('{"room":');
      await subscribe.click();
      await pane.getByRole('alert').filter({ hasText: 'Filter is not JSON' }).waitFor();
      await pane.getByLabel('Filter').fill('{"room":{"like":"g"}}');
      await subscribe.click();
      await pane.getByRole('alert').filter({ hasText: 'like' }).waitFor();
      await pane.getByLabel('Filter').fill('{"room":"general"}');
      await pane.getByLabel('Snapshot').check();
      await subscribe.click();
      await pane.locator('.entry[data-kind="SNAPSHOT"]').waitFor();
      expect(await pane.getByRole('alert').isVisible()).toBe(false);
    },
    TEST_MS,
  );

  it(
    'shows a message in both connections that joined its channel',
    async () => {
      const page = await openPage(browser, gateway, faults);
      await page.getByRole('tab', { name: 'Channels' }).click();
      const panes = await page.locator('.pane').all();
      for (const pane of panes) {
        await pane.getByRole('button', { name: 'Join' }).click();
        await pane.locator('[data-part="messages"][data-state="ready"]').waitFor();
      }
      await page.locator('.pane').first().getByPlaceholder('Say something').fill('hello, both');
      await page.locator('.pane').first().getByRole('button', { name: 'Send' }).click();
      for (const pane of panes) await pane.locator('.entry', { hasText: 'hello, both' }).waitFor();
    },
    TEST_MS,
  );

  it(
    'shows who is on a channel, and who is typing',
    async () => {
      const page = await openPage(browser, gateway, faults);
      await page.getByRole('tab', { name: 'Channels' }).click();
      const [one, other] = [page.locator('.pane').first(), page.locator('.pane').last()];
      for (const pane of [one, other]) {
        await pane.getByLabel('Channel').fill('room:presence');
        await pane.getByRole('button', { name: 'Join' }).click();
      }
      const members = (count: number) => one.locator(`.members:has(.member:nth-child(${count}):last-child)`);
      await members(2).waitFor();
      expect(await one.locator('.member', { hasText: '(this one)' }).count()).toBe(1);
      await other.getByPlaceholder('Say something').pressSequentially('hel');
      await one.locator('.member.typing').waitFor();
      expect(await one.locator('.member.typing', { hasText: '(this one)' }).count()).toBe(0);
      await other.getByPlaceholder('Say something').press('Enter');
      await one.locator('.members:not(:has(.typing))').waitFor();
      await other.getByRole('button', { name: 'Leave' }).click();
      await members(1).waitFor();
      expect(await other.locator('.member').count()).toBe(0);
    },
    TEST_MS,
  );
});
