import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { Recorder } from '../../test/support/recorder.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { ChangeLog } from './change-log.js';
import { streamSpec } from './stream-spec.js';
import type { Stream } from './stream.js';
import { Subscription } from './subscription.js';
import { Topic } from './topic.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const LIMITS = { conditions: 16, depth: 4, elements: 1_024 };
const list = (length: number, text: (index: number) => unknown) => Array.from({ length }, (_, index) => text(index));

/** What the heap grew by, and what was counted, for so many streams of such filters. */
function weigh(count: number, filterOf: (n: number) => unknown): { readonly heap: number; readonly counted: number } {
  const log = new ChangeLog(1_000);
  const topic = new Topic('notes', new MetricsService(), log);
  const subscriber = new Recorder();
  const texts = list(count, (n) => JSON.stringify(filterOf(n))) as string[];
  const subscriptions: Subscription[] = [];
  collectGarbage();
  const before = process.memoryUsage();
  let counted = 0;
  for (const [n, text] of texts.entries()) {
    const spec = streamSpec({ topic: 'notes', filter: JSON.parse(text) as unknown }, {}, LIMITS);
    const stream: Stream = topic.stream(spec, () => `topic-${n}`);
    subscriptions.push(new Subscription(stream, true, subscriber, log, () => undefined));
    counted += stream.weight.bytes;
  }
  collectGarbage();
  const after = process.memoryUsage();
  expect(subscriptions).toHaveLength(count);
  return { heap: after.heapUsed + after.external - before.heapUsed - before.external, counted };
}

describe('what is counted for a filter', () => {
  it.each<[string, number, (n: number) => unknown]>([
    ['equality', 500, (n) => ({ room: `room${n}` })],
    ['two fields', 500, (n) => ({ room: n, kind: `a${n}` })],
    ['what can not be looked up', 500, (n) => ({ room: { ne: n }, tags: { contains: `t${n}` } })],
    ['a range', 500, (n) => ({ age: { gte: 10 * n, lt: 10 * n + 10 } })],
    ['a range of times', 500, (n) => ({ at: { gte: new Date(1.7e12 + n * 1e6).toISOString() } })],
    ['a prefix', 500, (n) => ({ name: { startsWith: `n${n}` } })],
    [
      'sixteen record ids',
      200,
      (n) => Object.fromEntries(list(16, (i) => [`f${String(i)}`, `person:p${n}x${String(i)}`]) as [string, string][]),
    ],
    [
      'lists that are combined',
      200,
      (n) => ({ a: { in: list(8, (i) => `a${n}-${i}`) }, b: { in: list(8, (i) => `b${n}-${i}`) } }),
    ],
    ['a list of texts', 20, (n) => ({ a: { in: list(1_000, (i) => `text-${n}-${i}`) } })],
    ['a list of record ids', 20, (n) => ({ a: { in: list(1_000, (i) => `person:p${n}x${i}`) } })],
    ['a list of numbers', 20, (n) => ({ a: { in: list(1_000, (i) => n * 1_000 + i) } })],
    ['a list of times', 20, (n) => ({ a: { in: list(1_000, (i) => new Date(1.7e12 + n * 1e7 + i).toISOString()) } })],
    ['a list of decimals', 20, (n) => ({ a: { in: list(1_000, (i) => `${n}.${i}5`) } })],
    ['a list that can not be looked up', 20, (n) => ({ a: { nin: list(1_000, (i) => `person:p${n}x${i}`) } })],
    ['an array of long texts', 20, (n) => ({ a: list(100, (i) => `${n} ${i}`.repeat(100)) })],
  ])('with %s is what it takes in memory, and not four times as much', (_, count, filterOf) => {
    // What is made once for all is made now.
    weigh(10, filterOf);
    const weights = [1, 2, 3].map(() => weigh(count, filterOf));
    const ratios = weights.map(({ heap, counted }) => counted / heap);
    // What else comes and goes in the heap meanwhile makes a single one too high or too low.
    expect(Math.max(...ratios)).toBeGreaterThan(0.9);
    expect(Math.min(...ratios)).toBeLessThan(4);
  });

  it('with many alternatives is at least what it takes in memory', () => {
    const filterOf = (n: number) => ({
      not: { or: list(6, (i) => ({ [`a${String(i)}`]: { ne: n }, [`b${String(i)}`]: { ne: n } })) },
    });
    weigh(10, filterOf);
    const ratios = [1, 2, 3].map(() => weigh(100, filterOf)).map(({ heap, counted }) => counted / heap);
    expect(Math.max(...ratios)).toBeGreaterThan(1);
  });
});
