import { describe, expect, it } from '@jest/globals';
import * as ws from 'ws';
import { textFrame } from './text-frame.js';

/** The reader of `ws`, which its types leave out. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => NodeJS.WritableStream };

/** What another end reads. */
function read(frames: readonly Buffer[]): string[] {
  const texts: string[] = [];
  const reader = new Receiver({ isServer: false });
  reader.on('message', (data: Buffer) => texts.push(data.toString()));
  for (const frame of frames) reader.write(frame);
  return texts;
}

describe('textFrame', () => {
  it.each([0, 1, 41, 42, 63, 125, 126, 127, 1_364, 1_365, 4_092, 21_845, 65_535, 65_536, 200_000])(
    'is read as what was written, of %d characters of one, two, three and four bytes',
    (length) => {
      const texts = ['a', 'é', '€', '😀'].map((character) => character.repeat(Math.ceil(length / character.length)));
      expect(read(texts.map(textFrame))).toEqual(texts);
    },
  );

  it('is not written over by those that come after it', () => {
    const texts = Array.from({ length: 2_000 }, (_, n) => `${n}`.repeat(1 + (n % 60)));
    expect(read(texts.map(textFrame))).toEqual(texts);
  });
});
