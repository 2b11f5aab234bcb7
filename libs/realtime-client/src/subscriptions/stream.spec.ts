import { describe, expect, it } from '@jest/globals';
import type { Row } from '@edge-hive/protocol';
import { Stream } from './stream.js';
import type { Subscriber } from './subscriber.js';

const row = (id: string): Row => ({ id });

function subscriber(): Subscriber & { heard: unknown[] } {
  const heard: unknown[] = [];
  const target = { topic: 'messages' };
  return {
    target,
    wantsSnapshot: true,
    heard,
    command: () => ({ type: 'subscribe', ...target }),
    wantsResumption: () => true,
    subscribed: () => undefined,
    receive: ({ cursor }) => heard.push(cursor),
    presence: () => undefined,
    snapshot: (rows) => heard.push(rows),
    resync: (reason) => heard.push(reason),
    interrupted: () => undefined,
    end: () => undefined,
  };
}

describe('Stream', () => {
  it('gives each snapshot to the one whose command asked for it', () => {
    const [first, second] = [subscriber(), subscriber()];
    const stream = new Stream('s1', first.target);
    stream.expectSnapshot(first);
    stream.expectSnapshot(second);
    stream.snapshot({ type: 'snapshot', stream: 's1', data: [row('a')], last: false });
    stream.snapshot({ type: 'snapshot', stream: 's1', data: [row('b')], last: true });
    stream.snapshot({ type: 'snapshot', stream: 's1', data: [row('c')], last: true });
    expect(first.heard).toEqual([[row('a'), row('b')]]);
    expect(second.heard).toEqual([[row('c')]]);
  });

  it('wants another snapshot after a resync, unless a whole one is still to come', () => {
    const [waiting, reading, done] = [subscriber(), subscriber(), subscriber()];
    const stream = new Stream('s1', done.target);
    for (const each of [waiting, reading, done]) stream.subscribers.add(each);
    stream.expectSnapshot(reading);
    stream.expectSnapshot(waiting);
    stream.snapshot({ type: 'snapshot', stream: 's1', data: [row('a')], last: false });
    expect(stream.resync('late')).toEqual([reading, done]);
    expect(waiting.heard).toEqual(['late']);
  });
});
