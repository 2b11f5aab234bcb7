import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testTitles } from './support/test-titles.js';

const docs = new URL('../docs/', import.meta.url);
const text = read('delivery.md');

interface Invariant {
  readonly number: number;
  readonly proofs: readonly { readonly file: string; readonly title: string }[];
}

const invariants = invariantsOf(text);
const proofs = invariants.flatMap(({ number, proofs }) => proofs.map(({ file, title }) => ({ number, file, title })));

describe('docs/delivery.md', () => {
  it('numbers its invariants from 1 on', () => {
    expect(invariants.length).toBeGreaterThan(20);
    expect(invariants.map(({ number }) => number)).toEqual(invariants.map((_, index) => index + 1));
  });

  it('names a test that proves it with each of them', () => {
    expect(invariants.filter(({ proofs }) => proofs.length === 0)).toEqual([]);
  });

  it('lists tests with their invariants only: a list that has slipped out of one proves nothing', () => {
    expect(text.match(/^- \[[^\]]+\]\([^)]+\.spec\.ts\).*$/gm)).toBeNull();
  });

  it('names tests that there are outside of invariants, too', () => {
    const named = text.replaceAll('\n', ' ').matchAll(/\]\(([^)]+\.spec\.ts)\) “([^”]+)”/g);
    const unknown = [...named].filter(([, file = '', title = '']) => !testTitles(new URL(file, docs)).includes(title));
    expect(unknown.map(([mention]) => mention)).toEqual([]);
  });

  it.each(proofs)('names a test for invariant $number that there is: $title', ({ file, title }) => {
    expect(testTitles(new URL(file, docs))).toContain(title);
  });

  it.each([
    ['metrics', /`(edge_hive_\w+)`/g, 'metrics.md'],
    ['variables', /`((?:LIMIT|SURREAL)_\w+)`/g, 'configuration.md'],
  ])('names %s that there are', (_, pattern, document) => {
    const explained = read(document);
    const names = [...text.matchAll(pattern)].map(([, name = '']) => name);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
  });
});

function read(name: string): string {
  return readFileSync(new URL(name, docs), 'utf8');
}

function invariantsOf(markdown: string): Invariant[] {
  const [, ...items] = markdown.split(/^(?=\d+\. )/m);
  return items.map((item) => ({
    number: Number.parseInt(item, 10),
    proofs: [...item.matchAll(/^ +- \[[^\]]+\]\(([^)]+)\) “([^”]+)”$/gm)].map(([, file = '', title = '']) => ({
      file,
      title,
    })),
  }));
}
