import { beforeEach, describe, expect, it } from '@jest/globals';
import { SEPARATOR } from './carried.js';
import { ChannelKeys } from './channel-keys.js';
import { Marks } from './marks.js';
import { PublishCall } from './publish-call.js';
import type { WaitingPublish } from './publish-lane.js';

const OTHER = { epoch: 'BBBBBBBB', number: 3, at: 4, mark: 'once' };

describe('PublishCall', () => {
  /** What became of each publish, by its body. */
  let outcomes: Map<string, unknown>;

  beforeEach(() => {
    outcomes = new Map();
  });

  const publish = (channel: string, body: string, more: Partial<WaitingPublish> = {}): WaitingPublish => ({
    channel,
    once: undefined,
    size: 0,
    age: 0,
    body,
    deadline: Infinity,
    settle: (outcome) => void outcomes.set(body, outcome),
    ...more,
  });
  const callOf = (...publishes: WaitingPublish[]) => {
    const call = new PublishCall(publishes, new Marks());
    const args = call.args();
    const groups = Array.from({ length: args.length / 3 }, (_, n) => args.slice(3 * n, 3 * n + 3));
    return { call, keys: call.keys(new ChannelKeys('p:')), groups };
  };

  it('puts together what is of one channel, in its order', () => {
    const { keys, groups } = callOf(publish('a', '1'), publish('b', '2'), publish('a', '3', { once: 'key' }));
    expect(keys).toEqual(['p:{a}:head', 'p:{a}:messages', 'key', 'p:{b}:head', 'p:{b}:messages']);
    expect(groups).toEqual([
      [expect.stringMatching(/^[\w-]{8} \d+ 0 0 01$/), expect.stringMatching(/^[\w-]{8}$/), `1${SEPARATOR}3`],
      [expect.stringMatching(/^[\w-]{8} \d+ 0 0 0$/), expect.stringMatching(/^[\w-]{4}$/), '2'],
    ]);
  });

  it('keeps apart what is kept otherwise', () => {
    const kept = { size: 10, age: 1_000 };
    const { groups } = callOf(publish('a', '1'), publish('a', '2', kept), publish('a', '3', kept));
    expect(groups.map(([fields, , bodies]) => [fields?.split(' ').slice(2), bodies])).toEqual([
      [['0', '0', '0'], '1'],
      [['10', '1000', '00'], `2${SEPARATOR}3`],
    ]);
  });

  it('hands each what Redis says of it', () => {
    const { call, groups } = callOf(...['1', '2', '3', '4'].map((body) => publish('a', body)), publish('b', '5'));
    call.settle(['AAAAAAAA 7 9\n1 failed WRONGTYPE\n3 BBBBBBBB 3 4 once', 'failed WRONGTYPE of b']);
    const marks = groups[0]?.[1] ?? '';
    const place = { epoch: 'AAAAAAAA', at: 9 };
    expect(outcomes).toEqual(
      new Map<string, unknown>([
        ['1', new Error('failed WRONGTYPE')],
        ['2', { ...place, number: 7, mark: marks.slice(4, 8) }],
        ['3', OTHER],
        ['4', { ...place, number: 8, mark: marks.slice(12) }],
        ['5', new Error('failed WRONGTYPE of b')],
      ]),
    );
  });

  it('takes nothing for published of which Redis says nothing', () => {
    const { call } = callOf(publish('a', '1'), publish('b', '2'));
    call.settle(['AAAAAAAA']);
    expect([...outcomes.values()]).toEqual([new Error('AAAAAAAA'), new Error('')]);
  });
});
