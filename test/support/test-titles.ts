import { existsSync, readFileSync } from 'node:fs';

/** Of the tests that run: those that are skipped prove nothing. */
export function testTitles(file: URL): string[] {
  if (!existsSync(file)) return [];
  const titles = readFileSync(file, 'utf8').matchAll(/(?:^\s*it|\))\(\s*'([^'\n]+)',/gm);
  return [...titles].map(([, title = '']) => title);
}
