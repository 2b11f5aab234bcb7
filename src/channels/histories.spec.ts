import { describe, expect, it } from '@jest/globals';
import type { Message, Retention } from './broker.js';
import { Histories } from './histories.js';

const MIB = 1024 * 1024;
const HOUR = { size: 100, age: 3_600_000 };

/** Histories under a clock that the test moves, filled by `say`. */
class Rig {
  time = 0;
  sequence = 0;
  readonly histories: Histories;

  constructor(limit = MIB) {
    this.histories = new Histories(limit, () => this.time);
  }

  /** Answers the number of the message. */
  say(channel: string, retention: Retention | 'none' = HOUR, data = '1'): number {
    this.sequence += 1;
    const message: Message = { channel, event: 'e', data, time: '', cursor: String(this.sequence) };
    this.histories.add(message, this.sequence, retention === 'none' ? undefined : retention);
    return this.sequence;
  }

  after(channel: string, sequence: number, limit = 100): number[] | undefined {
    return numbers(this.histories.after(channel, sequence, limit));
  }

  newest(channel: string, limit = 100): number[] | undefined {
    return numbers(this.histories.newest(channel, limit));
  }
}

function numbers(messages: Message[] | undefined): number[] | undefined {
  return messages?.map(({ cursor }) => Number(cursor));
}

describe('Histories', () => {
  it('tell what came after a message of a channel, in order, so many at most', () => {
    const rig = new Rig();
    for (const channel of ['a', 'b', 'a', 'b', 'a', 'a']) rig.say(channel);
    expect(rig.after('a', 0)).toEqual([1, 3, 5, 6]);
    expect(rig.after('a', 1, 2)).toEqual([3, 5]);
    expect(rig.after('a', 4)).toEqual([5, 6]);
    expect(rig.after('a', 6)).toEqual([]);
    expect(rig.newest('a', 3)).toEqual([3, 5, 6]);
    expect(rig.newest('b')).toEqual([2, 4]);
  });

  it('lack nothing of a channel on which nothing was said', () => {
    const rig = new Rig();
    rig.say('a');
    expect(rig.after('quiet', 0)).toEqual([]);
    expect(rig.newest('quiet')).toEqual([]);
  });

  it('keep as many as the size says, and reach back only so far', () => {
    const rig = new Rig();
    for (let n = 0; n < 5; n += 1) rig.say('a', { size: 3, age: 1_000 });
    expect(rig.newest('a')).toEqual([3, 4, 5]);
    expect(rig.after('a', 2)).toEqual([3, 4, 5]);
    expect(rig.after('a', 1)).toBeUndefined();
  });

  it('keep each for as long as its age says', () => {
    const rig = new Rig();
    rig.say('a', { size: 9, age: 1_000 });
    rig.say('b', { size: 9, age: 5_000 });
    rig.time = 600;
    rig.say('a', { size: 9, age: 1_000 });
    rig.time = 1_000;
    expect(rig.newest('a')).toEqual([3]);
    expect(rig.after('a', 0)).toBeUndefined();
    expect(rig.after('a', 1)).toEqual([3]);
    rig.time = 4_999;
    expect(rig.newest('a')).toEqual([]);
    expect(rig.newest('b')).toEqual([2]);
  });

  it('know of a channel whose messages are all too old where the last one was', () => {
    const rig = new Rig();
    rig.say('a');
    const last = rig.say('a');
    rig.time = 3_600_000;
    expect(rig.after('a', last)).toEqual([]);
    expect(rig.after('a', last - 1)).toBeUndefined();
    expect(rig.after('quiet', 0)).toEqual([]);
  });

  it('reach back to no message that was not to be kept, nor before it', () => {
    const rig = new Rig();
    rig.say('a');
    rig.say('a', 'none');
    expect(rig.newest('a')).toEqual([]);
    expect(rig.after('a', 1)).toBeUndefined();
    rig.say('a');
    expect(rig.after('a', 2)).toEqual([3]);
  });

  it('leave no hole where the ages of one channel differ', () => {
    const rig = new Rig();
    rig.say('a', { size: 9, age: 5_000 });
    rig.say('a', { size: 9, age: 1_000 });
    rig.say('a', { size: 9, age: 5_000 });
    rig.time = 1_000;
    expect(rig.newest('a')).toEqual([3]);
    expect(rig.after('a', 0)).toBeUndefined();
  });

  it('drop the oldest message of any channel beyond the limit of bytes', () => {
    const rig = new Rig(8_192);
    const text = 'x'.repeat(1_000);
    rig.say('a', { size: 9, age: 9_000 }, text);
    rig.say('b', HOUR, text);
    rig.say('a', { size: 9, age: 9_000 }, text);
    expect(rig.histories.bytes).toBeGreaterThan(6_000);
    rig.say('b', HOUR, text);
    expect(rig.histories.bytes).toBeLessThanOrEqual(8_192);
    expect(rig.newest('a')).toEqual([3]);
    expect(rig.newest('b')).toEqual([2, 4]);
    expect(rig.after('a', 0)).toBeUndefined();
    expect(rig.after('b', 0)).toEqual([2, 4]);
  });

  it('forget channels that hold nothing before any message, and then reach back no further for others', () => {
    const rig = new Rig(4_096);
    rig.say('kept');
    for (let n = 0; n < 100; n += 1) rig.say(`gone-${n}`, 'none');
    expect(rig.histories.bytes).toBeLessThanOrEqual(4_096);
    expect(rig.newest('kept')).toEqual([1]);
    expect(rig.after('kept', 0)).toEqual([1]);
    expect(rig.after('gone-0', 1)).toBeUndefined();
    expect(rig.after('quiet', 0)).toBeUndefined();
    expect(rig.after('quiet', rig.sequence)).toEqual([]);
    rig.say('gone-0');
    expect(rig.after('gone-0', 1)).toBeUndefined();
    expect(rig.after('gone-0', 101)).toEqual([102]);
  });

  it('keep nothing where there is no room, and say so', () => {
    const rig = new Rig(0);
    rig.say('a');
    expect(rig.histories.bytes).toBe(0);
    expect(rig.newest('a')).toEqual([]);
    expect(rig.after('a', 0)).toBeUndefined();
    expect(rig.after('a', 1)).toEqual([]);
  });

  it('never take more bytes than they may, nor leave out what they say they have', () => {
    const rig = new Rig(20_000);
    const said = new Map<string, number[]>();
    for (let n = 1; n <= 3_000; n += 1) {
      const channel = `c${(n * 7919) % 23}`;
      const age = n % 3 === 0 ? 50 : 400;
      const retention = n % 11 === 0 ? 'none' : { size: 1 + (n % 5), age };
      rig.time += n % 4;
      rig.say(channel, retention, 'x'.repeat((n * 31) % 600));
      const numbersOf = said.get(channel) ?? [];
      said.set(channel, [...numbersOf, n]);
      expect(rig.histories.bytes).toBeLessThanOrEqual(20_000);
      const since = Math.max(0, n - ((n * 17) % 60));
      const told = rig.after(channel, since);
      if (told) expect(told).toEqual(said.get(channel)?.filter((number) => number > since));
    }
  });
});
