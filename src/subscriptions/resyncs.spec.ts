import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Recorder } from '../../test/support/recorder.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Resyncs } from './resyncs.js';

describe('Resyncs', () => {
  let disowned: number;
  let subscribers: readonly [Recorder, Recorder];
  let resyncs: Resyncs;
  let all: Set<Recorder>;
  beforeEach(() => {
    jest.useFakeTimers();
    disowned = 0;
    subscribers = [new Recorder(), new Recorder()];
    all = new Set(subscribers);
    resyncs = new Resyncs('s1', all, new MetricsService(), () => (disowned += 1));
  });
  afterEach(() => void jest.useRealTimers());

  const counts = () => subscribers.map(({ frames }) => frames.length);

  it('tell one alone without a word to others, or to their cursors', () => {
    resyncs.toOne(subscribers[0], 'overrun');
    expect(subscribers[0].sent).toEqual([{ type: 'resync', stream: 's1', reason: 'overrun' }]);
    jest.advanceTimersByTime(10_000);
    expect([counts(), disowned]).toEqual([[1, 0], 0]);
  });

  it('say how long one must not be told', () => {
    const [one, other] = subscribers;
    expect(resyncs.untilOne(one)).toBe(0);
    resyncs.toOne(one, 'overrun');
    jest.advanceTimersByTime(1_000);
    expect([resyncs.untilOne(one), resyncs.untilOne(other)]).toEqual([4_000, 0]);
    resyncs.toAll('late');
    expect(resyncs.untilOne(other)).toBe(5_000);
  });

  it('tell all at once but who was told alone just before, and that one behind the cause', () => {
    resyncs.toOne(subscribers[0], 'overrun');
    jest.advanceTimersByTime(1_000);
    resyncs.toAll('late');
    expect([counts(), disowned]).toEqual([[1, 1], 0]);
    jest.advanceTimersByTime(5_000);
    // What that one was told meanwhile lies behind the cause.
    expect([counts(), disowned]).toEqual([[2, 1], 1]);
    jest.advanceTimersByTime(60_000);
    expect(counts()).toEqual([2, 1]);
  });

  it('tell all when some still wait, and another cause comes', () => {
    resyncs.toOne(subscribers[0], 'overrun');
    resyncs.toAll('late');
    resyncs.toAll('late');
    jest.advanceTimersByTime(5_000);
    expect(counts()).toEqual([2, 2]);
    jest.advanceTimersByTime(60_000);
    expect(counts()).toEqual([2, 2]);
  });

  it('tell at once who came after the others were told, and not again with them', () => {
    resyncs.toAll('late');
    const young = new Recorder();
    all.add(young);
    jest.advanceTimersByTime(1_000);
    resyncs.toAll('unknown_state');
    expect([...counts(), young.frames.length]).toEqual([1, 1, 1]);
    jest.advanceTimersByTime(60_000);
    expect([...counts(), young.frames.length]).toEqual([2, 2, 1]);
  });

  it('tell who came later as the others of a further cause', () => {
    resyncs.toAll('late');
    const young = new Recorder();
    all.add(young);
    for (const reason of ['late', 'unknown_state'] as const) resyncs.toAll(reason);
    jest.advanceTimersByTime(60_000);
    expect([...counts(), young.frames.length]).toEqual([2, 2, 2]);
  });

  it('tell who waits before the end, and once', () => {
    resyncs.toAll('late');
    resyncs.toAll('unknown_state');
    resyncs.deliverWaiting();
    expect(subscribers[0].sent.map((frame) => 'reason' in frame && frame.reason)).toEqual(['late', 'unknown_state']);
    resyncs.deliverWaiting();
    jest.advanceTimersByTime(60_000);
    expect(counts()).toEqual([2, 2]);
  });

  it('tell nobody twice who was told alone while others waited', () => {
    resyncs.toOne(subscribers[0], 'overrun');
    resyncs.toAll('late');
    jest.advanceTimersByTime(4_999);
    resyncs.toOne(subscribers[0], 'overrun');
    jest.advanceTimersByTime(60_000);
    expect(counts()).toEqual([2, 1]);
  });
});
