import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const library = new URL('../', import.meta.url);
const document = readFileSync(new URL('../../docs/client.md', library), 'utf8');

/** Numbered points under "Invariants", each with the tests that its last part names. */
const invariants = [...document.matchAll(/^(\d+)\. ([\s\S]*?)(?=^\d+\. |^\*\*|^## )/gm)].map(
  ([, number = '', text = '']) => ({
    number: Number(number),
    tests: [...(text.split('—')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, title = '']) =>
      title.replaceAll(/\s+/g, ' '),
    ),
  }),
);

const titles = ['src/', 'test/'].flatMap((folder) =>
  readdirSync(new URL(folder, library), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.spec.ts'))
    .flatMap((name) => titlesIn(readFileSync(new URL(folder + name, library), 'utf8'))),
);

describe('docs/client.md', () => {
  it('numbers its invariants one after the other', () => {
    expect(invariants.length).toBeGreaterThan(0);
    expect(invariants.map(({ number }) => number)).toEqual(invariants.map((_, index) => index + 1));
  });

  it.each(invariants)('names tests that exist: invariant $number', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    expect(titles).toEqual(expect.arrayContaining(tests));
  });
});

/** Of `it('…'` and of `it.each(…)('…'`, whatever lies between. */
function titlesIn(source: string): string[] {
  return [...source.matchAll(/(?:\bit\(|\]\)\(|^\s+)'([^'\n]+)',\s*(?:async )?\(/gm)].map(([, title = '']) => title);
}
