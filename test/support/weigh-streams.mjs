/**
 * What the heap grows by, and what is counted, for streams of filters of several kinds: one JSON line of `[kind, heap, counted]` each. In a
 * process of its own, with `--expose-gc`, since in one of jest's the heap holds what other suites left. Works on what was built.
 */
import 'reflect-metadata';
import { MetricsService } from '../../dist/metrics/metrics.service.js';
import { ChangeLog } from '../../dist/subscriptions/change-log.js';
import { streamSpec } from '../../dist/subscriptions/stream-spec.js';
import { TopicSubscription } from '../../dist/subscriptions/topic-subscription.js';
import { Topic } from '../../dist/subscriptions/topic.js';

const ROUNDS = 6;
const LIMITS = { conditions: 16, depth: 4, elements: 1_024 };
const list = (length, text) => Array.from({ length }, (_, index) => text(index));
const alternatives = (n) => ({
  not: { or: list(6, (i) => ({ [`a${String(i)}`]: { ne: n }, [`b${String(i)}`]: { ne: n } })) },
});
const CASES = [
  ['equality', 500, (n) => ({ room: `room${n}` })],
  ['two fields', 500, (n) => ({ room: n, kind: `a${n}` })],
  ['what can not be looked up', 500, (n) => ({ room: { ne: n }, tags: { contains: `t${n}` } })],
  ['a range', 500, (n) => ({ age: { gte: 10 * n, lt: 10 * n + 10 } })],
  ['a range of times', 500, (n) => ({ at: { gte: new Date(1.7e12 + n * 1e6).toISOString() } })],
  ['a prefix', 500, (n) => ({ name: { startsWith: `n${n}` } })],
  [
    'sixteen record ids',
    200,
    (n) => Object.fromEntries(list(16, (i) => [`f${String(i)}`, `person:p${n}x${String(i)}`])),
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
  ['many alternatives', 100, alternatives],
];

function weigh(count, filterOf) {
  const log = new ChangeLog(1_000);
  const topic = new Topic('notes', new MetricsService(), log);
  const subscriber = {};
  const texts = list(count, (n) => JSON.stringify(filterOf(n)));
  const subscriptions = [];
  globalThis.gc();
  const before = process.memoryUsage();
  let counted = 0;
  for (const [n, text] of texts.entries()) {
    const spec = streamSpec({ topic: 'notes', filter: JSON.parse(text) }, {}, LIMITS);
    const stream = topic.stream(spec, () => `topic-${n}`);
    subscriptions.push(new TopicSubscription(stream, true, subscriber, log, () => undefined));
    counted += stream.weight.bytes;
  }
  globalThis.gc();
  const after = process.memoryUsage();
  if (subscriptions.length !== count) throw new Error('Subscriptions are missing.');
  return [after.heapUsed + after.external - before.heapUsed - before.external, counted];
}

for (const [kind, count, filterOf] of CASES) {
  // What is made once for all, compiled code too, is made now; what of it is made later adds to one round or another.
  weigh(count, filterOf);
  const rounds = Array.from({ length: ROUNDS }, () => weigh(count, filterOf));
  const [smallest] = rounds.sort(([one], [other]) => one - other);
  process.stdout.write(`${JSON.stringify([kind, ...smallest])}\n`);
}
