import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { DecodedEntry, type FeedEntry } from '../entries/feed-entry.js';
import { feedPages, isLastPage, pageBeyond } from './feed-page.js';

/** Transactions with one change in each of some tables. */
function entries(count: number, tables = 1): FeedEntry[] {
  const changes = Array.from({ length: tables }, (_, n) => ({ update: { id: new RecordId(`t${n}`, 1) } }));
  return Array.from({ length: count }, (_, n) => new DecodedEntry({ versionstamp: BigInt(n + 10), changes }));
}

describe('isLastPage', () => {
  it.each([
    ['an empty page', entries(0), true],
    ['a full page', entries(100), false],
    ['a page of half as many transactions over two tables each', entries(50, 2), false],
    ['a page far from full', entries(20, 2), true],
  ])('decides about %s', (_, page, last) => {
    expect(isLastPage(page, 1n, 100)).toBe(last);
  });

  it('does not ask again for a page that would begin where it began', () => {
    expect(isLastPage(entries(1, 100), 10n, 100)).toBe(true);
  });

  it('counts rows of views, which do not tell their tables, one by one', () => {
    const changes = Array.from({ length: 10 }, () => ({ update: { n: 1 } }));
    const page = Array.from({ length: 10 }, (_, n) => new DecodedEntry({ versionstamp: BigInt(n + 10), changes }));
    expect(isLastPage(page, 1n, 100)).toBe(false);
  });

  it('counts a table once for each transaction, however much it changed there', () => {
    const changes = Array.from({ length: 1_000 }, (_, n) => ({ update: { id: new RecordId('t', n) } }));
    expect(isLastPage([new DecodedEntry({ versionstamp: 10n, changes })], 1n, 100)).toBe(true);
  });
});

describe('pageBeyond', () => {
  it('gets past a transaction over more tables than a short page has keys', async () => {
    const [wide, next] = [entries(1, 60)[0], entries(2)[1]];
    const query = (text: string) => {
      const limit = Number(/LIMIT (\d+)/.exec(text)?.[1]);
      return Promise.resolve([limit > 60 ? [wide, next] : entries(1, limit)]);
    };
    const page = await pageBeyond(query, 10n, 50);
    expect([page.last, page.next]).toEqual([true, 11n]);
  });
});

describe('feedPages', () => {
  /** A feed of four transactions, whose answers come when they are let. */
  function feed() {
    const asked: number[] = [];
    const answers: (() => void)[] = [];
    const query = async (text: string) => {
      const since = Number(/SINCE (\d+)/.exec(text)?.[1]);
      asked.push(since);
      await new Promise<void>((resolve) => answers.push(resolve));
      return [
        entries(4)
          .filter(({ versionstamp }) => versionstamp >= since)
          .slice(0, 2),
      ];
    };
    return { asked, answers, query };
  }

  it('has the next page read while one is worked on', async () => {
    const { asked, answers, query } = feed();
    const pages = feedPages(query, 10n, 2);
    const first = pages.next();
    answers.shift()?.();
    expect(await first).toMatchObject({ value: { next: 11n } });
    expect(asked).toEqual([10, 11]);
    answers.shift()?.();
    expect(await pages.next()).toMatchObject({ value: { next: 12n } });
    expect(asked).toEqual([10, 11, 12]);
    answers.shift()?.();
    await pages.return(undefined);
  });

  it('reads none behind the one that reaches far enough', async () => {
    const { asked, answers, query } = feed();
    const pages = feedPages(query, 10n, 2, 11n);
    const first = pages.next();
    answers.shift()?.();
    expect(await first).toMatchObject({ value: { next: 11n } });
    expect((await pages.next()).done).toBe(true);
    expect(asked).toEqual([10]);
  });

  it('has no query under way when it was stopped', async () => {
    const { answers, query } = feed();
    const pages = feedPages(query, 10n, 2);
    const first = pages.next();
    answers.shift()?.();
    await first;
    let stopped = false;
    const stop = pages.return(undefined).then(() => (stopped = true));
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    answers.shift()?.();
    await stop;
  });

  it('tells whoever takes the page that it could not be read', async () => {
    const query = (text: string) =>
      text.includes('SINCE 10 ') ? Promise.resolve([entries(2)]) : Promise.reject(new Error('away'));
    const pages = feedPages(query, 10n, 2);
    await pages.next();
    await new Promise(setImmediate);
    await expect(pages.next()).rejects.toThrow('away');
  });
});
