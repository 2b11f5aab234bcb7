import { describe, expect, it } from '@jest/globals';
import { LetterJudge } from '../chaos/letters/letter-judge.js';
import { letterText } from '../chaos/letters/letter-reader.js';
import type { FeedChange } from './support/feed.js';

const EDGE = { in: 'person:ida', out: 'chamber:east' };
const letter = (chamber: string) => ({ chamber: `chamber:${chamber}`, words: 'canary-1-words' });

/** Ida comes to see the letter at 20, and no more from 40 on; at 60 it is where she never was. */
const FEED = [
  change(10, 'letter', 'letter:1', letter('east')),
  change(20, 'belongs', 'belongs:1', EDGE),
  change(40, 'belongs', 'belongs:1'),
  change(50, 'letter', 'letter:2', { chamber: 'chamber:east', words: 'canary-2-words' }),
  change(60, 'letter', 'letter:1', letter('west')),
];

describe('what is said of letters in a chaos run', () => {
  const told = (...canaries: readonly (readonly [string, number])[]) => new Map(canaries);
  const judge = (canaries: ReadonlyMap<string, number>, feed = FEED, texts: readonly string[] = []) =>
    new LetterJudge(feed)
      .judge({ name: 'letters of ida', person: 'ida', told: canaries, texts, status: 'current' })
      .map(({ kind }) => kind);

  it.each<[string, ReadonlyMap<string, number>, readonly string[]]>([
    ['nothing', told(), []],
    ['a letter while it may be seen', told(['canary-1-words', 30]), []],
    ['a letter that could be seen, a moment later', told(['canary-1-words', 45]), []],
    ['a letter before it may be seen', told(['canary-1-words', 15]), ['leak']],
    ['a letter that was written after the right went', told(['canary-2-words', 55]), ['leak']],
    ['a seal of somebody who is not trusted', told(['canary-1-seal', 30]), ['leak']],
    ['words that the database has dropped', told(['canary-9-words', 30]), []],
  ])('holds against whoever could see it when: %s', (_, canaries, kinds) => {
    expect(judge(canaries)).toEqual(kinds);
  });

  it.each<[string, Readonly<Record<string, unknown>>, number, readonly string[]]>([
    ['a note whose chamber somebody keeps', { keepers: ['person:ida'] }, 30, []],
    ['a note whose chamber somebody keeps later', { keepers: ['person:ida'] }, 15, ['leak']],
    ['a note whose chamber others keep', { keepers: ['person:jon'] }, 30, ['leak']],
  ])('holds against the records that rows link to: %s', (_, chamber, at, kinds) => {
    const note = { chamber: 'chamber:west', words: 'canary-3-words' };
    const feed = [...FEED, change(10, 'note', 'note:3', note), change(20, 'chamber', 'chamber:west', chamber)];
    const texts = kinds.length === 0 ? [letterText('note:3', 'canary-3-words')] : [];
    expect(judge(told(['canary-3-words', at]), feed, texts).filter((kind) => kind === 'leak')).toEqual(kinds);
  });

  it('finds what a reader lacks at the end, and has too much', () => {
    const feed = [
      ...FEED,
      change(70, 'belongs', 'belongs:1', EDGE),
      change(80, 'person', 'person:ida', { trusted: true }),
    ];
    const seen = letterText('letter:2', 'canary-2-words', 'canary-2-seal');
    expect(judge(told(), feed, [seen])).toEqual([]);
    expect(judge(told(), feed, [])).toEqual(['wrong rows']);
    expect(judge(told(), feed, [letterText('letter:2', 'canary-2-words')])).toEqual(['wrong rows']);
    expect(judge(told(), feed, [seen, letterText('letter:1', 'canary-1-words')])).toEqual(['wrong rows']);
  });
});

/** @param after absent: it was deleted */
function change(at: number, table: string, id: string, after?: Readonly<Record<string, unknown>>): FeedChange {
  const action = after ? 'UPDATE' : 'DELETE';
  return { versionstamp: BigInt(at) << 16n, table, id, action, ...(after && { after }) };
}
