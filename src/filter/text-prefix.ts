const LAST_CODE_POINT = 0x10_ffff;

/**
 * The least text that is above all texts with a prefix: `startsWith` as a range. `undefined` where no text is above
 * them all.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const last = points.pop() ?? 0;
    if (last < LAST_CODE_POINT) return String.fromCodePoint(...points, nextCodePoint(last));
  }
  return undefined;
}

function nextCodePoint(point: number): number {
  return point >= 0xd7ff && point < 0xe000 ? 0xe000 : point + 1;
}
