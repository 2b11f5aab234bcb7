import { describe, expect, it, jest } from '@jest/globals';
import { RealtimeError } from '../errors.js';
import { EventBuffer } from './event-buffer.js';

describe('EventBuffer', () => {
  const left = jest.fn();
  const done = { done: true, value: undefined };

  it('hands an event to who waits, and keeps what nobody waits for', async () => {
    const buffer = new EventBuffer<object>(2, left);
    const [first, second] = [buffer.next(), buffer.next()];
    const events = [{ n: 1 }, { n: 2 }, { n: 3 }];
    for (const event of events) expect(buffer.push(event)).toBe(true);
    const values = [await first, await second, await buffer.next()].map(({ value }) => value as object);
    expect(values).toEqual(events);
  });

  it('refuses what is beyond its capacity', () => {
    const buffer = new EventBuffer<object>(1, left);
    expect([buffer.push({}), buffer.push({})]).toEqual([true, false]);
  });

  it('ends everyone who waits; an error is thrown once', async () => {
    const buffer = new EventBuffer<object>(1, left);
    const waiting = Promise.allSettled([buffer.next(), buffer.next()]);
    buffer.end(new RealtimeError('INTERNAL', 'gone'));
    const [first, second] = await waiting;
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL' } });
    expect(second).toEqual({ status: 'fulfilled', value: done });
    expect(await buffer.next()).toEqual(done);
  });

  it('drops what it keeps when the loop is left, and says so', async () => {
    const buffer = new EventBuffer<object>(1, left);
    buffer.push({});
    await buffer.return();
    expect(left).toHaveBeenCalledTimes(1);
    expect(await buffer.next()).toEqual(done);
  });
});
