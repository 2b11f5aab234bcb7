import type { Browser, Page } from 'playwright-core';
import type { Gateway } from './gateway.js';

/** The URL of the gateway's own database, as it tells whoever started it. */
export function databaseUrlOf({ output }: Gateway): string {
  const [, url] = /SurrealDB SDK at (ws:[\w.:/]+)/.exec(output) ?? [];
  if (url === undefined) throw new Error(`The gateway told no database:\n${output}`);
  return url;
}

/**
 * The page in what is a browser of its own as far as it can tell, once both of its connections are subscribed.
 *
 * @param faults where errors on the page are noted, and requests to anybody but the gateway
 */
export async function openPage(browser: Browser, gateway: Gateway, faults: string[]): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(gateway.httpUrl)) faults.push(`asked for ${request.url()}`);
  });
  await page.goto(gateway.httpUrl);
  for (const pane of await page.locator('.pane').all()) {
    await pane.locator('[data-part="events"][data-state="ready"]').waitFor();
  }
  return page;
}
