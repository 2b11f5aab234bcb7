import { describe, expect, it } from '@jest/globals';
import { Echoes } from './echoes.js';

const muted = { channel: 'room:1', event: 'said' };
const message = (cursor: string) =>
  ({ type: 'message', ...muted, stream: 's1', data: null, cursor, time: '2026-01-01T00:00:00.000Z' }) as const;

describe('Echoes', () => {
  it('remembers as many as a channel can keep, the newest', () => {
    const echoes = new Echoes();
    for (let count = 0; count <= 10_000; count += 1) echoes.settle(muted, `c${count}`);
    expect(['c0', 'c1', 'c10000'].map((cursor) => echoes.has(message(cursor)))).toEqual([false, true, true]);
  });

  it('holds back no more than it may, in order', () => {
    const echoes = new Echoes();
    const told: number[] = [];
    echoes.doubt(muted);
    for (let count = 0; count <= 1_024; count += 1) {
      expect(told).toEqual([]);
      expect(echoes.hold('room:1', message(`c${count}`), () => told.push(count))).toBe(true);
    }
    expect(told).toEqual(Array.from({ length: 1_025 }, (_, count) => count));
    expect(echoes.hold('room:1', message('next'), () => undefined)).toBe(false);
  });

  it('holds back nothing of other channels and events', () => {
    const echoes = new Echoes();
    echoes.doubt(muted);
    const [elsewhere, other] = [
      { ...message('c1'), channel: 'room:2' },
      { ...message('c2'), event: 'typing' },
    ];
    expect(echoes.hold('room:2', elsewhere, () => undefined)).toBe(false);
    expect(echoes.hold('room:1', other, () => undefined)).toBe(false);
  });
});
