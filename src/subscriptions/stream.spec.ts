import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RecordId } from 'surrealdb';
import { Recorder } from '../../test/support/recorder.js';
import type { RowRights } from '../filter/row-rights.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { Change } from '../surreal/changes/change.js';
import { EventEncoder } from './event-encoder.js';
import { streamSpec } from './stream-spec.js';
import { Stream } from './stream.js';

const id = new RecordId('notes', 1);

function created(row: Record<string, unknown>): Change {
  const previous = { kind: 'absent' } as const;
  return new Change({ table: 'notes', id, action: 'CREATE', after: { id, ...row }, previous, cursor: 'c', time: 0 });
}

function deleted(): Change {
  return new Change({ table: 'notes', id, action: 'DELETE', previous: { kind: 'unknown' }, cursor: 'c', time: 0 });
}

describe('Stream', () => {
  let disowned: number;
  beforeEach(() => {
    jest.useFakeTimers();
    disowned = 0;
  });
  afterEach(() => void jest.useRealTimers());

  function open(filter?: unknown, rights: RowRights = {}): Stream {
    const spec = streamSpec({ topic: 'notes', filter }, rights, { conditions: 16, depth: 4 });
    return new Stream('notes', 's1', spec, new EventEncoder('notes'), new MetricsService(), () => (disowned += 1));
  }

  function join(stream: Stream, live = true): Recorder {
    const subscriber = new Recorder();
    stream.subscribers.add(subscriber);
    if (live) stream.goLive(subscriber, 0);
    return subscriber;
  }

  const restricted = () =>
    open(undefined, { where: { kind: 'compare', path: ['owner'], operator: 'eq', operand: 'me' } });

  it('hands all who are caught up the very same frame, and nobody else', () => {
    const stream = open({ room: 'a' });
    const [one, other, waiting] = [join(stream), join(stream), join(stream, false)];
    stream.offer(created({ room: 'a' }));
    stream.offer(created({ room: 'b' }));
    expect(one.frames).toHaveLength(1);
    expect(other.frames[0]).toBe(one.frames[0]);
    expect(waiting.frames).toEqual([]);
  });

  it('keeps no rows of a change whose frame waits', async () => {
    jest.useRealTimers();
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const stream = open();
    const slow = join(stream);
    const offered = (): WeakRef<Change> => {
      const change = created({ room: 'a' });
      stream.offer(change);
      return new WeakRef(change);
    };
    const [first] = [offered(), offered()];
    // A weak reference that is new is strong until the turn is over.
    await new Promise((resolve) => setImmediate(resolve));
    gc();
    expect(first?.deref()).toBeUndefined();
    expect(slow.sent).toHaveLength(2);
  });

  it('tells nothing more to one who is held back or has left', () => {
    const stream = open();
    const [held, left] = [join(stream), join(stream)];
    stream.hold(held, 0);
    stream.remove(left);
    stream.goLive(left, 0);
    stream.offer(created({}));
    expect([held.frames, left.frames]).toEqual([[], []]);
  });

  it('replays to one only', () => {
    const stream = open({ room: 'a' });
    const [late, live] = [join(stream, false), join(stream)];
    expect(stream.replay(late, created({ room: 'a' }))).toBe('delivered');
    expect(stream.replay(late, created({ room: 'b' }))).toBe('nothing');
    expect([late.sent.map(({ type }) => type), live.frames]).toEqual([['event'], []]);
  });

  it('tells all to read again where it may not say what happened', () => {
    const stream = restricted();
    const [one, waiting] = [join(stream), join(stream, false)];
    stream.offer(deleted());
    expect(one.sent).toEqual([{ type: 'resync', stream: 's1', reason: 'unknown_state' }]);
    expect(waiting.sent).toEqual(one.sent);
  });

  it('tells to read again at most once in 5 s, and not less than once after the last cause', () => {
    const stream = restricted();
    const subscriber = join(stream);
    for (let n = 0; n < 20; n++) {
      stream.offer(deleted());
      jest.advanceTimersByTime(100);
    }
    expect(subscriber.frames).toHaveLength(1);
    jest.advanceTimersByTime(3_000);
    expect(subscriber.frames).toHaveLength(2);
    jest.advanceTimersByTime(60_000);
    expect(subscriber.frames).toHaveLength(2);
    stream.resync('late');
    expect(subscriber.sent.at(-1)).toMatchObject({ reason: 'late' });
  });

  it('leaves no timer behind when the last one leaves', () => {
    const stream = open();
    const subscriber = join(stream);
    stream.resync('late');
    stream.resync('late');
    expect(jest.getTimerCount()).toBe(1);
    stream.remove(subscriber);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('lets nobody go on from a cursor that a resync which was put off belongs before', () => {
    const stream = restricted();
    const [staying, leaving] = [join(stream), join(stream)];
    stream.resync('late');
    expect(disowned).toBe(0);
    stream.offer(deleted());
    stream.remove(leaving);
    jest.advanceTimersByTime(5_000);
    expect(disowned).toBe(1);
    stream.offer(deleted());
    stream.remove(staying);
    expect(disowned).toBe(2);
  });

  it('knows which changes are its business', () => {
    const stream = open({ room: 'a' });
    expect(
      [created({ room: 'a' }), created({ room: 'b' }), deleted()].map((change) => stream.concerns(change)),
    ).toEqual([true, false, true]);
  });
});
