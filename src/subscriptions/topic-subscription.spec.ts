import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Recorder } from '../../test/support/recorder.js';
import { Delivery } from '../delivery/delivery.js';
import { HeldBytes } from '../delivery/held-bytes.js';
import type { Condition } from '../filter/condition.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Change } from '../surreal/changes/change.js';
import { ChangeLog } from './change-log.js';
import { EventEncoder } from './event-encoder.js';
import type { Resumption } from './resumptions.js';
import { streamSpec } from './stream-spec.js';
import { Stream } from './stream.js';
import { TopicSubscription } from './topic-subscription.js';

const CHANGES = 500;
/** What looking at a change takes, as a filter with much in it would. */
const LOOK_MS = 0.1;

/** Counts how often it was asked for the next change, and takes its time. */
class CountingLog extends ChangeLog {
  asked = 0;

  override after(table: string, position: number): ReturnType<ChangeLog['after']> {
    this.asked += 1;
    for (const end = performance.now() + LOOK_MS; performance.now() < end;);
    return super.after(table, position);
  }
}

function change(n: number): Change {
  const id = new RecordId('notes', n);
  const previous = { kind: 'absent' } as const;
  const place = { stamp: BigInt(n + 1), index: 0 };
  return new Change({
    table: 'notes',
    id,
    action: 'CREATE',
    after: { id, n },
    previous,
    place,
    cursor: `c${n}`,
    time: 0,
  });
}

function openStream(n: number): Stream {
  const spec = streamSpec({ topic: 'notes', filter: { n } }, {}, { conditions: 16, depth: 4 });
  return new Stream('notes', `s${n}`, spec, new EventEncoder('notes'), new MetricsService(), () => undefined);
}

/** A stream of which a policy hides rows, as two who share it have it. */
function shared(log: ChangeLog): {
  stream: Stream;
  one: TopicSubscription;
  delivered: Recorder;
  other: Recorder;
  disowned: () => number;
} {
  let disowned = 0;
  const where: Condition = { kind: 'compare', path: ['owner'], operator: 'eq', operand: 'me' };
  const spec = streamSpec({ topic: 'notes' }, { where }, { conditions: 16, depth: 4 });
  const encoder = new EventEncoder('notes');
  const stream = new Stream('notes', 's', spec, encoder, new MetricsService(), () => (disowned += 1));
  const [delivered, other] = [new Recorder(), new Recorder()];
  const join = (subscriber: Recorder) => {
    const subscription = new TopicSubscription(stream, true, subscriber, log, () => undefined);
    subscriber.subscriptions.add(subscription);
    return subscription;
  };
  join(other).goLive();
  return { stream, one: join(delivered), delivered, other, disowned: () => disowned };
}

function mine(n: number): Change {
  const id = new RecordId('notes', n);
  const after = { id, owner: 'me' };
  const previous = { kind: 'absent' } as const;
  return new Change({ table: 'notes', id, action: 'CREATE', after, previous, cursor: `m${n}`, time: 0 });
}

/** Nobody knows whose record it was. */
function deletion(n: number): Change {
  const id = new RecordId('notes', n);
  const previous = { kind: 'unknown' } as const;
  return new Change({ table: 'notes', id, action: 'DELETE', previous, cursor: `d${n}`, time: 0 });
}

const EVERYTHING: Resumption = { kind: 'exact', position: 0, includes: () => true };

/** Several turns of the event loop. */
async function aWhile(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
}

describe('TopicSubscription', () => {
  it('leaves others their turns while many go through the log, and misses nothing of it', async () => {
    const log = new CountingLog(64 * 1024 * 1024);
    for (let n = 0; n < CHANGES; n += 1) log.append(change(n));
    const subscriptions = Array.from({ length: 10 }, (_, index) => {
      const subscriber = new Recorder();
      const stream = openStream(CHANGES - 1 - index);
      return { subscriber, subscription: new TopicSubscription(stream, true, subscriber, log, () => undefined) };
    });
    let most = 0;
    let before = 0;
    let looking = true;
    const count = () => {
      most = Math.max(most, log.asked - before);
      before = log.asked;
    };
    const look = () => {
      count();
      if (looking) setImmediate(look);
    };
    setImmediate(look);
    const resumption = { kind: 'exact', position: 0, includes: () => true } as const;
    await Promise.all(subscriptions.map(({ subscription }) => subscription.resume(resumption)));
    looking = false;
    count();
    // What each looks at first, and a turn of one of them: a few milliseconds, on a machine that is busy fewer looks.
    expect(most).toBeLessThan(80);
    for (const { subscriber, subscription } of subscriptions) {
      expect(subscriber.frames.map(({ type }) => type)).toEqual(['event']);
      expect(subscription.live).toBe(true);
    }
  });

  describe('snapshots', () => {
    const frame = Delivery.of({ type: 'checkpoint', cursor: 'c' });
    let log: ChangeLog;
    let subscriber: Recorder;
    let read: () => void;
    let taken: number;
    let blocks: boolean;

    beforeEach(() => {
      log = new ChangeLog(1_000);
      subscriber = new Recorder();
      read = () => undefined;
      taken = 0;
      blocks = false;
    });

    /** From now on it doesn't read, until `read` is called. */
    const block = () => {
      subscriber.reads = new Promise((resolve) => (read = resolve));
    };
    const take = async (bytes = 0) => {
      taken += 1;
      if (blocks) block();
      blocks = false;
      const held = subscriber.subscriptions.held.begin();
      held.grow(bytes);
      void Promise.resolve().then(() => held.letGo());
      return { chunks: [frame], held, position: log.head, contains: () => true };
    };
    const place = (count: number, bytes?: number) =>
      Array.from({ length: count }, (_, n) =>
        new TopicSubscription(openStream(n), true, subscriber, log, () => undefined).place(() => take(bytes)),
      );

    it('has no more than four snapshots in memory for a subscriber that does not read', async () => {
      blocks = true;
      const placed = place(6);
      await new Promise(setImmediate);
      expect([taken, subscriber.frames.length]).toEqual([4, 0]);
      read();
      await Promise.all(placed);
      expect([taken, subscriber.frames.length]).toEqual([6, 6]);
    });

    it('reads none for a subscriber that does not read', async () => {
      block();
      const placed = place(2);
      await new Promise(setImmediate);
      expect([taken, subscriber.frames.length]).toEqual([0, 0]);
      read();
      await Promise.all(placed);
      expect([taken, subscriber.frames.length]).toEqual([2, 2]);
    });

    it('keeps none that is too large beside others, and reads it again when they have been sent', async () => {
      const held = new HeldBytes({ each: 100, outbox: 100, total: 1_000 });
      subscriber = new Recorder(held.open({ outboxBytes: 0, closed: false, relieve: () => undefined }));
      blocks = true;
      const placed = place(2, 60);
      await new Promise(setImmediate);
      expect([taken, subscriber.frames.length, held.bytes]).toEqual([2, 0, 60]);
      read();
      await Promise.all(placed);
      expect([taken, subscriber.frames.length, held.bytes]).toEqual([3, 2, 0]);
    });

    it('ends a subscription whose snapshot alone is too large', async () => {
      const held = new HeldBytes({ each: 100, outbox: 100, total: 1_000 });
      subscriber = new Recorder(held.open({ outboxBytes: 0, closed: false, relieve: () => undefined }));
      const subscription = new TopicSubscription(openStream(1), true, subscriber, log, () => undefined);
      await subscription.place(() => take(101));
      expect(subscriber.sent).toEqual([expect.objectContaining({ type: 'unsubscribed', code: 'LIMIT_EXCEEDED' })]);
      expect(held.bytes).toBe(0);
    });
  });

  describe('that shares its stream', () => {
    afterEach(() => void jest.useRealTimers());
    const types = ({ sent }: Recorder) => sent.map(({ type, reason }) => reason ?? type);
    const withoutTime = () => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });

    it('is told alone that the log overran it, and goes on live', async () => {
      const log = new ChangeLog(2_000);
      for (let n = 0; n < 100; n += 1) log.append(mine(n));
      const { stream, one, delivered, other } = shared(log);
      await one.resume(EVERYTHING);
      stream.offer(mine(100));
      expect([types(delivered), types(other)]).toEqual([['overrun', 'event'], ['event']]);
    });

    it('is told alone, once for all that the log held, of a replay that may not say what happened', async () => {
      const log = new ChangeLog(1_000_000);
      for (let n = 0; n < 10; n += 1) for (const change of [deletion(n), mine(n)]) log.append(change);
      const { one, delivered, other, disowned } = shared(log);
      await one.resume(EVERYTHING);
      expect(types(delivered)).toEqual(['unknown_state', ...Array.from({ length: 10 }, () => 'event')]);
      expect(types(other)).toEqual([]);
      one.release();
      expect(disowned()).toBe(0);
    });

    it('is told nothing behind a cause that it may not be told of yet, so that it can be told again from before it', async () => {
      withoutTime();
      const log = new ChangeLog(1_000_000);
      for (const change of [mine(0), deletion(1), mine(2)]) log.append(change);
      const { stream, one, delivered, other, disowned } = shared(log);
      stream.resync('late');
      const resumed = one.resume(EVERYTHING);
      await aWhile();
      expect(types(delivered)).toEqual(['late', 'event']);
      log.append(mine(3));
      jest.advanceTimersByTime(5_000);
      await resumed;
      expect(types(delivered)).toEqual(['late', 'event', 'unknown_state', 'event', 'event']);
      expect([types(other), disowned()]).toEqual([['late'], 0]);
    });

    it('is not told a second time where all were told meanwhile', async () => {
      withoutTime();
      const log = new ChangeLog(1_000_000);
      for (const change of [deletion(1), mine(2)]) log.append(change);
      const { stream, one, delivered } = shared(log);
      stream.resync('late');
      stream.resync('late');
      const resumed = one.resume(EVERYTHING);
      await aWhile();
      jest.advanceTimersByTime(5_000);
      await resumed;
      expect(types(delivered)).toEqual(['late', 'late', 'event']);
    });

    it('waits for nothing any more when it has ended', async () => {
      withoutTime();
      const log = new ChangeLog(1_000_000);
      for (const change of [deletion(1), mine(2)]) log.append(change);
      const { stream, one, delivered } = shared(log);
      stream.resync('late');
      const resumed = one.resume(EVERYTHING);
      await aWhile();
      one.release();
      await resumed;
      expect([types(delivered), jest.getTimerCount()]).toEqual([['late'], 0]);
    });
  });
});
