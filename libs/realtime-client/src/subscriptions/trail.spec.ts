import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { EventFrame } from '@edge-hive/protocol';
import { Trail } from './trail.js';

const WINDOW = 1_000;

/** Of a record of its own, unless it is named. */
function event(cursor: string, second = 0, id = `messages:${cursor}`): EventFrame {
  const time = new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
  return { type: 'event', topic: 'messages', stream: 's1', action: 'CREATE', data: { id }, cursor, time };
}

describe('Trail', () => {
  const trail = () => new Trail({ cursor: 'c0', epoch: 'e1' }, WINDOW);

  it('goes on behind the last event or checkpoint, whichever came last', () => {
    const one = trail();
    expect(one.since).toEqual({ since: 'c0', epoch: 'e1' });
    one.take(event('c1'));
    expect(one.since).toEqual({ since: 'c1', epoch: 'e1' });
    one.checkpoint('c2');
    expect(one.since).toEqual({ since: 'c2', epoch: 'e1' });
  });

  it('keeps a cursor together with the epoch that gave it', () => {
    const one = trail();
    one.take(event('c1'));
    one.resumed('e2');
    expect(one.since).toEqual({ since: 'c1', epoch: 'e1' });
    expect(one.take(event('c1'))).toBe('repeat');
    expect(one.since).toEqual({ since: 'c1', epoch: 'e2' });
  });

  it('knows the events of the last windows, by the time of their commit', () => {
    const one = trail();
    for (let count = 0; count < 1_000; count += 1) one.take(event(`old${count}`, 0));
    for (let count = 0; count < 1_000; count += 1) one.take(event(`new${count}`, 2));
    expect([one.take(event('old999', 0)), one.take(event('new0', 2))]).toEqual(['repeat', 'repeat']);
    for (let count = 0; count < 1_000; count += 1) one.take(event(`newest${count}`, 4));
    expect([one.take(event('old999', 0)), one.take(event('new0', 2))]).toEqual(['new', 'repeat']);
  });

  it('knows the last few however long ago they were', () => {
    const one = trail();
    one.take(event('c1', 0));
    one.take(event('c2', 3_600));
    expect(one.take(event('c1', 0))).toBe('repeat');
  });

  it('remembers no more than it may, however many come at once', () => {
    const one = trail();
    for (let count = 0; count < 65_537; count += 1) one.take(event(`c${count}`));
    expect([one.take(event('c0')), one.take(event('c65536'))]).toEqual(['new', 'repeat']);
  });

  it('takes for late what is older than what was delivered of its record', () => {
    const one = trail();
    one.take(event('c3', 3, 'messages:1'));
    expect(one.take(event('c2', 2, 'messages:2'))).toBe('new');
    expect(one.take(event('c1', 1, 'messages:1'))).toBe('late');
    one.resumed('e2');
    expect(one.take(event('c-1', 0, 'messages:1'))).toBe('late');
    expect(one.take(event('c4', 4, 'messages:1'))).toBe('new');
  });

  it('says of much that is late that it is, at once and at the next checkpoint, and is incomplete until then', () => {
    const one = trail();
    let count = 0;
    const late = () => one.take(event(`late${(count += 1)}`, 1, 'messages:1'));
    one.take(event('c1', 3, 'messages:1'));
    expect([late(), one.isComplete, one.checkpoint('c2')]).toEqual(['late', true, false]);
    expect([late(), late(), one.isComplete, one.checkpoint('c3')]).toEqual(['late', 'repeat', false, true]);
    expect([late(), one.isComplete, one.checkpoint('c4')]).toEqual(['repeat', false, true]);
    expect([one.isComplete, one.checkpoint('c5'), late()]).toEqual([true, false, 'late']);
  });

  describe('resumed shortly after a resync', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it.each([
      ['elsewhere: another one may have been put off', 'e2', 14_999, true],
      ['elsewhere, at a cursor behind all that was put off', 'e2', 15_000, false],
      ['under its epoch: what was put off comes yet', 'e1', 1, false],
    ])('%s', (_, epoch, after, isDoubtful) => {
      const one = trail();
      one.resynced();
      jest.advanceTimersByTime(after);
      one.take(event('c1'));
      jest.advanceTimersByTime(60_000);
      expect(one.resumed(epoch)).toBe(isDoubtful);
    });
  });

  it('takes nothing for late when the log was replaced, whose time may be another', () => {
    const one = trail();
    one.take(event('c3', 3, 'messages:1'));
    one.replaced();
    expect(one.take(event('c1', 1, 'messages:1'))).toBe('new');
  });
});
