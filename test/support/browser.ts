import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { chromium, type Browser } from 'playwright-core';

const KNOWN_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** What it is started with: alone, without a window, and without asking anybody for anything. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = [process.env.CHROMIUM, ...KNOWN_PATHS].find((path) => path && existsSync(path));

/** A `describe` that is skipped, and says so, where there is no Chromium: neither named by `CHROMIUM` nor in its usual places. */
export function whereBrowser(name: string, tests: () => void): void {
  if (executablePath !== undefined) return describe(name, tests);
  process.stderr.write(`Skipped, for want of a browser (install Chromium, or name it by CHROMIUM): ${name}\n`);
  describe.skip(name, tests);
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ARGUMENTS });
}
