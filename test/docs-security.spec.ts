import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { testTitles } from './support/test-titles.js';

const document = new URL('../SECURITY.md', import.meta.url);
const rows = readFileSync(document, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (who|-)/.test(line));
const proofs = rows.map((row) => {
  const [, file = '', title = ''] = /\[[^\]]+\]\(([^)]+)\) “([^”]+)” *\|$/.exec(row) ?? [];
  return { file, title };
});

describe('SECURITY.md', () => {
  it('has a row for each attack', () => {
    expect(rows.length).toBeGreaterThan(20);
  });

  it.each(proofs)('names a test that there is: $title', ({ file, title }) => {
    expect(testTitles(new URL(file, document))).toContain(title);
  });
});
