import { describe, expect, it } from '@jest/globals';
import { formatCursor, parseCursor } from './feed-cursor.js';

describe('feed cursors', () => {
  it.each([
    [0n, 0],
    [117_666_532_497_358_848n, 35],
    [2n ** 64n - 1n, 2 ** 31],
  ])('say where stamp %s, index %s is', (stamp, index) => {
    const cursor = formatCursor('1c1neeztw96vu', { stamp, index });
    expect(parseCursor(cursor)).toEqual({ databaseId: '1c1neeztw96vu', place: { stamp, index } });
    expect(cursor.length).toBeLessThanOrEqual(64);
  });

  it.each([
    '',
    'a',
    'a-b',
    'a-b-c-d',
    'A-b-c',
    '-b-c',
    'a--c',
    'a-b-',
    'a~b',
    ' a-b-c',
    'a-b-c\n',
    `a-${'z'.repeat(14)}-0`,
  ])('are not what %j is', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});
