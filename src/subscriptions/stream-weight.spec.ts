import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';

const WEIGH = fileURLToPath(new URL('../../test/support/weigh-streams.mjs', import.meta.url));

describe('what is counted for a filter', () => {
  const ratios = new Map<string, number>();
  beforeAll(() => {
    const output = execFileSync(process.execPath, ['--expose-gc', WEIGH], { encoding: 'utf8' });
    for (const line of output.trim().split('\n')) {
      const [kind, heap, counted] = JSON.parse(line) as [string, number, number];
      ratios.set(kind, counted / heap);
    }
  }, 120_000);

  it.each([
    'equality',
    'two fields',
    'what can not be looked up',
    'a range',
    'a range of times',
    'a prefix',
    'sixteen record ids',
    'lists that are combined',
    'a list of texts',
    'a list of record ids',
    'a list of numbers',
    'a list of times',
    'a list of decimals',
    'a list that can not be looked up',
    'an array of long texts',
  ])('with %s is what it takes in memory, and not four times as much', (kind) => {
    expect(ratios.get(kind)).toBeGreaterThan(0.9);
    expect(ratios.get(kind)).toBeLessThan(4);
  });

  it('with many alternatives is at least what it takes in memory', () => {
    expect(ratios.get('many alternatives')).toBeGreaterThan(1);
  });
});
