import type { PageSettings } from '../src/page/page-settings.js';

/** What the service lets this page do. */
export async function loadSettings(): Promise<PageSettings> {
  const response = await fetch('/page.json');
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  return (await response.json()) as PageSettings;
}
