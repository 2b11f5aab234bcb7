import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { parseFilter } from '../filter/parse-filter.js';
import { Restrictions } from './restrictions.js';
import { streamSpec } from './stream-spec.js';

const LIMITS = { conditions: 16, depth: 4 };

describe('Restrictions', () => {
  it("hold a change's rows once against the policy's `where`, for all streams under the same rights", () => {
    const restrictions = new Restrictions();
    const where = parseFilter({ kind: { ne: 'secret' } }, LIMITS);
    const held = Array.from({ length: 100 }, (_, n) =>
      restrictions.hold(streamSpec({ topic: 'notes', filter: { owner: { ne: `user-${n}` } } }, { where }, LIMITS)),
    );
    const tests = held.map((each) => each.tests);
    expect(new Set(held.map(({ policy }) => policy)).size).toBe(1);
    expect(held[0]?.policy?.bytes).toBeGreaterThan(500);
    let reads = 0;
    const rowOf = (kind: string) => {
      const row = { id: new RecordId('notes', 1), owner: 'nobody' };
      return Object.defineProperty(row, 'kind', { enumerable: true, get: () => ((reads += 1), kind) });
    };
    const [before, after] = [rowOf('secret'), rowOf('open')];
    for (const { matches } of tests) {
      expect([after, before].map(matches)).toEqual([true, false]);
    }
    expect(reads).toBe(2);
    expect(tests[0]?.visible(rowOf('secret'))).toBe(false);
  });
});
