import { describe, expect, it } from '@jest/globals';
import { findUnreadable } from './unreadable-entry.js';

const TIME = BigInt(Date.now()) << 16n;

/** Whether the first entry from a stamp on can be read, of a feed with these entries; `!` marks those that can't be. */
function feed(...entries: readonly (readonly [bigint, string?])[]) {
  return async (from: bigint) => entries.find(([stamp]) => stamp >= from)?.[1] !== '!';
}

describe('findUnreadable', () => {
  it.each([
    ['at the very stamp', feed([TIME, '!'])],
    ['with others behind it', feed([TIME, '!'], [TIME + 1n], [TIME + 9n])],
  ])('finds one %s', async (_, canRead) => {
    expect(await findUnreadable(TIME, false, canRead)).toBe(TIME);
  });

  it.each([0n, 1n, 1_000n, 1n << 40n])('finds one %d behind a stamp that can be read', async (distance) => {
    const canRead = feed([TIME], [TIME + 1n + distance, '!'], [TIME + 2n + distance]);
    expect(await findUnreadable(TIME, true, canRead)).toBe(TIME + 1n + distance);
  });

  it('finds the rest of a transaction of which a part can be read', async () => {
    expect(await findUnreadable(TIME, true, feed([TIME], [TIME + 5n]))).toBe(TIME);
  });

  it('finds one of several', async () => {
    const canRead = feed([TIME, '!'], [TIME + 10n, '!'], [TIME + 20n]);
    expect([TIME, TIME + 10n]).toContain(await findUnreadable(TIME, false, canRead));
  });

  it('finds none when nothing can be read at all', async () => {
    expect(await findUnreadable(TIME, false, () => Promise.resolve(false))).toBeUndefined();
  });
});
