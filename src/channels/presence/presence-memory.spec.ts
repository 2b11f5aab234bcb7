import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { MemberChange } from './member.js';
import { MemoryPresence } from './presence-memory.js';

const INTERVAL = 100;
const member = (id: string, state = '{}') => ({ id, key: 'k', state, since: '2026-01-05T09:30:00.000Z' });

describe('presence in memory', () => {
  let presence: MemoryPresence;
  /** Of each call: when it came, and what it brought. */
  let calls: { at: number; changes: string[] }[];
  let now: number;

  const observe = (changes: readonly MemberChange[]) => {
    calls.push({ at: now, changes: changes.map(({ action, member: { id } }) => `${action} ${id}`) });
  };
  const pass = (milliseconds: number) => {
    for (const end = now + milliseconds; now < end;) {
      now += 1;
      jest.advanceTimersByTime(1);
    }
  };

  beforeEach(() => {
    jest.useFakeTimers();
    now = 0;
    calls = [];
    presence = new MemoryPresence({ interval: INTERVAL, members: 50 }, () => now);
  });
  afterEach(() => {
    presence.close();
    jest.useRealTimers();
  });

  it('hands over what came in one tick at once, and what comes then after the interval', () => {
    presence.watch('lobby', observe);
    presence.enter('lobby', member('ann'));
    presence.enter('lobby', member('bob'));
    pass(5);
    presence.enter('lobby', member('cyd'));
    presence.leave('lobby', member('ann'));
    pass(INTERVAL - 10);
    expect(calls.map(({ changes }) => changes)).toEqual([['join ann', 'join bob']]);
    pass(20);
    expect(calls.map(({ changes }) => changes)).toEqual([
      ['join ann', 'join bob'],
      ['join cyd', 'leave ann'],
    ]);
  });

  it('says nothing of who comes and leaves between two calls, nor of a leave before its join', () => {
    presence.watch('lobby', observe);
    presence.leave('lobby', member('early'));
    presence.enter('lobby', member('stays'));
    pass(1);
    for (let n = 0; n < 10; n++) {
      presence.enter('lobby', member('blinks', `{"n":${n}}`));
      pass(1);
      presence.leave('lobby', member('blinks'));
      pass(1);
    }
    presence.enter('lobby', member('early'));
    pass(INTERVAL);
    expect(calls.map(({ changes }) => changes)).toEqual([['join stays'], ['join early']]);
  });

  it.each([
    ['a few', 1],
    ['many', 20],
  ])('never calls twice within the interval, with %s changes a millisecond', (_, each) => {
    presence.watch('lobby', observe);
    for (let n = 0; n < 1_000; n++) {
      for (let m = 0; m < each; m++) presence.enter('lobby', member(`u${(n * each + m) % 50}`, `{"n":${n}}`));
      pass(1);
    }
    pass(1_000);
    const gaps = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(INTERVAL);
    expect(calls.length).toBeLessThanOrEqual(12);
  });

  it('leaves what is too much for one call to the next', () => {
    presence.watch('lobby', observe);
    for (let n = 0; n < 50; n++) presence.enter('lobby', member(`u${n}`, JSON.stringify('x'.repeat(16_000))));
    pass(INTERVAL * 5);
    expect(calls.length).toBe(3);
    expect(calls.flatMap(({ changes }) => changes)).toHaveLength(50);
  });

  it('calls nobody about a channel that is watched no more, and tells the next one all that is there', () => {
    const known = presence.watch('lobby', observe);
    presence.enter('lobby', member('ann'));
    presence.unwatch('lobby');
    pass(INTERVAL);
    expect(calls).toEqual([]);
    expect(known.count).toBe(1);
    presence.enter('lobby', member('bob'));
    const again = presence.watch('lobby', observe);
    expect([...again].map(({ id }) => id)).toEqual(['ann', 'bob']);
    expect(again.settled).toBe(true);
  });

  it('refuses one member more than a channel may have, and lets those who are there change', () => {
    for (let n = 0; n < 50; n++) presence.enter('lobby', member(`u${n}`));
    expect(() => presence.enter('lobby', member('more'))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    presence.enter('lobby', member('u7', '{"changed":true}'));
    presence.enter('hall', member('more'));
    presence.leave('lobby', member('u1'));
    presence.enter('lobby', member('more'));
    expect(presence.size).toBe(51);
  });

  it('says who is there now, the first who came, and how many in all', () => {
    for (const id of ['ann', 'bob', 'cyd']) presence.enter('lobby', member(id));
    presence.enter('lobby', { ...member('ann'), key: 'phone' });
    presence.leave('lobby', member('bob'));
    expect(presence.attendance('lobby', 2)).toMatchObject({
      members: [{ id: 'ann' }, { id: 'cyd' }],
      count: 3,
      principals: 2,
    });
    expect(presence.attendance('nowhere', 2)).toEqual({ members: [], count: 0, principals: 0 });
  });

  it('keeps nothing of a channel that everybody left', () => {
    const places = () => (Reflect.get(presence, 'places') as Map<string, unknown>).size;
    presence.enter('lobby', member('ann'));
    presence.leave('lobby', member('ann'));
    presence.leave('hall', member('ann'));
    presence.watch('watched', observe);
    presence.enter('watched', member('ann'));
    presence.leave('watched', member('ann'));
    presence.unwatch('watched');
    expect(places()).toBe(0);
  });
});
