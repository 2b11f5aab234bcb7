import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Recorder } from '../../test/support/recorder.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { ChangeLog } from './change-log.js';
import { Checkpoints } from './checkpoints.js';
import { EventEncoder } from './event-encoder.js';
import { streamSpec } from './stream-spec.js';
import { Stream } from './stream.js';
import { TopicSubscription } from './topic-subscription.js';

const INTERVAL_MS = 5_000;
const STEP_MS = 100;

describe('Checkpoints', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function subscribe(count: number, checkpoints: Checkpoints): Recorder[] {
    const spec = streamSpec({ topic: 'notes' }, {}, { conditions: 16, depth: 4 });
    const stream = new Stream('notes', 's', spec, new EventEncoder('notes'), new MetricsService(), () => undefined);
    return Array.from({ length: count }, () => {
      const subscriber = new Recorder();
      const subscription = new TopicSubscription(stream, true, subscriber, new ChangeLog(1_000), () => undefined);
      subscriber.subscriptions.add(subscription);
      subscription.goLive();
      checkpoints.add(subscriber, 'first');
      return subscriber;
    });
  }

  it('are told to all once in an interval, and to few at a time', () => {
    const log = { cursor: 'second' };
    const checkpoints = new Checkpoints(log, { heartbeatIntervalMs: INTERVAL_MS });
    const subscribers = subscribe(1_000, checkpoints);
    const delivered = () => subscribers.reduce((sum, { frames }) => sum + frames.length, 0);
    checkpoints.onModuleInit();
    let before = 0;
    for (let time = 0; time < INTERVAL_MS; time += STEP_MS) {
      jest.advanceTimersByTime(STEP_MS);
      expect(delivered() - before).toBeLessThanOrEqual(20);
      before = delivered();
    }
    expect(subscribers.every(({ frames }) => frames.length === 1)).toBe(true);
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(delivered()).toBe(1_000);
    log.cursor = 'third';
    jest.advanceTimersByTime(INTERVAL_MS);
    expect(delivered()).toBe(2_000);
    checkpoints.onApplicationShutdown();
  });
});
