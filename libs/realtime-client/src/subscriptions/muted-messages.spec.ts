import { describe, expect, it } from '@jest/globals';
import { MutedMessages } from './muted-messages.js';

const muted = { channel: 'room:1', event: 'said' };
const message = (cursor: string) =>
  ({ type: 'message', ...muted, stream: 's1', data: null, cursor, time: '2026-01-01T00:00:00.000Z' }) as const;

describe('MutedMessages', () => {
  it('remembers as many as a channel can keep, the newest', () => {
    const mutedMessages = new MutedMessages();
    for (let count = 0; count <= 10_000; count += 1) mutedMessages.settle(muted, `c${count}`);
    expect(['c0', 'c1', 'c10000'].map((cursor) => mutedMessages.has(message(cursor)))).toEqual([false, true, true]);
  });

  it('holds back no more than it may, in order', () => {
    const mutedMessages = new MutedMessages();
    const delivered: number[] = [];
    mutedMessages.doubt(muted);
    for (let count = 0; count <= 1_024; count += 1) {
      expect(delivered).toEqual([]);
      expect(mutedMessages.hold('room:1', message(`c${count}`), () => delivered.push(count))).toBe(true);
    }
    expect(delivered).toEqual(Array.from({ length: 1_025 }, (_, count) => count));
    expect(mutedMessages.hold('room:1', message('next'), () => undefined)).toBe(false);
  });

  it('holds back nothing of other channels and events', () => {
    const mutedMessages = new MutedMessages();
    mutedMessages.doubt(muted);
    const [elsewhere, other] = [
      { ...message('c1'), channel: 'room:2' },
      { ...message('c2'), event: 'typing' },
    ];
    expect(mutedMessages.hold('room:2', elsewhere, () => undefined)).toBe(false);
    expect(mutedMessages.hold('room:1', other, () => undefined)).toBe(false);
  });
});
