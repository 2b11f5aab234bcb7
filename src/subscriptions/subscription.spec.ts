import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Recorder } from '../../test/support/recorder.js';
import { EncodedFrame } from '../delivery/encoded-frame.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Change } from '../surreal/change.js';
import { ChangeLog } from './change-log.js';
import { EventEncoder } from './event-encoder.js';
import { streamSpec } from './stream-spec.js';
import { Stream } from './stream.js';
import { Subscription } from './subscription.js';

const CHANGES = 2_000;

/** Counts how often it was asked for the next change. */
class CountingLog extends ChangeLog {
  asked = 0;

  override after(table: string, position: number): ReturnType<ChangeLog['after']> {
    this.asked += 1;
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

describe('Subscription', () => {
  it('leaves others their turns while many go through the log, and misses nothing of it', async () => {
    const log = new CountingLog(64 * 1024 * 1024);
    for (let n = 0; n < CHANGES; n += 1) log.append(change(n));
    const subscriptions = Array.from({ length: 20 }, (_, index) => {
      const subscriber = new Recorder();
      const stream = openStream(CHANGES - 1 - index);
      return { subscriber, subscription: new Subscription(stream, true, subscriber, log, () => undefined) };
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
    // What each looks at first, and a turn of one of them.
    expect(most).toBeLessThan(400);
    for (const { subscriber, subscription } of subscriptions) {
      expect(subscriber.frames.map(({ type }) => type)).toEqual(['event']);
      expect(subscription.live).toBe(true);
    }
  });

  it('has no more than four snapshots in memory for a subscriber that does not read', async () => {
    const log = new ChangeLog(1_000);
    const subscriber = new Recorder();
    let read: () => void = () => undefined;
    subscriber.reads = new Promise((resolve) => (read = resolve));
    const frame = EncodedFrame.of({ type: 'checkpoint', cursor: 'c' });
    let taken = 0;
    const take = async () => {
      taken += 1;
      return { frames: [frame], position: log.head, contains: () => true };
    };
    const subscriptions = Array.from(
      { length: 6 },
      (_, n) => new Subscription(openStream(n), true, subscriber, log, () => undefined),
    );
    const placed = subscriptions.map((subscription) => subscription.place(take));
    await new Promise(setImmediate);
    expect([taken, subscriber.frames.length]).toEqual([4, 0]);
    read();
    await Promise.all(placed);
    expect([taken, subscriber.frames.length]).toEqual([6, 6]);
  });
});
