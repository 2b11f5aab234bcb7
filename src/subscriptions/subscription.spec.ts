import { describe, expect, it } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Claims } from '../delivery/claims.js';
import type { EncodedFrame } from '../delivery/encoded-frame.js';
import type { Subscriber } from '../delivery/subscriber.js';
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

class Reader implements Subscriber {
  readonly id = 'reader';
  readonly claims = new Claims(10);
  readonly closed = false;
  readonly frames: EncodedFrame[] = [];

  send(frame: EncodedFrame): void {
    this.frames.push(frame);
  }

  drained(): Promise<void> {
    return Promise.resolve();
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
      const subscriber = new Reader();
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
});
