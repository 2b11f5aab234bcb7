import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messageBytes, type Retention } from '../broker.js';
import type { Numbered } from './channel-history.js';
import { Histories } from './histories.js';

const MIB = 1024 * 1024;
const HOUR = { size: 100, age: 3_600_000 };
/** Of what `say` says, unless it is told. */
const OWNER = 'principal:ann';

/** Histories under a clock that the test moves, filled by `say`, which numbers the messages of all channels. */
class Rig {
  time = 0;
  sequence = 0;
  readonly histories: Histories;
  /** By channel, the test's numbers of its messages and those that the histories gave them. */
  private readonly said = new Map<string, { readonly sequence: number; readonly number: number }[]>();

  constructor(total = MIB, { owner = total, channel = total } = {}) {
    this.histories = new Histories({ total, owner, channel }, () => this.time);
  }

  /** Answers the number of the message. */
  say(channel: string, retention: Retention | 'none' = HOUR, data = '1', from = 'ann'): number {
    this.sequence += 1;
    const { sequence } = this;
    const publication = { channel, event: 'e', data, time: String(sequence), from };
    const number = this.histories.add(publication, retention === 'none' ? undefined : retention);
    this.said.set(channel, [...(this.said.get(channel) ?? []), { sequence, number }]);
    return sequence;
  }

  after(channel: string, sequence: number, limit = 100): number[] | undefined {
    return numbers(this.histories.after(channel, this.numberAt(channel, sequence), limit));
  }

  newest(channel: string, limit = 100): number[] | undefined {
    return numbers(this.histories.newest(channel, limit));
  }

  /** The channel's own number of its last message up to one of the test's. */
  private numberAt(channel: string, sequence: number): number {
    const said = this.said.get(channel);
    if (!said) return this.histories.head(channel, OWNER);
    const last = said.findLast((message) => message.sequence <= sequence);
    return last?.number ?? (said[0]?.number ?? 0) - 1;
  }
}

/** The test's own. */
function numbers(messages: readonly Numbered[] | undefined): number[] | undefined {
  return messages?.map(({ time }) => Number(time));
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
    const rig = new Rig(9_216);
    const text = 'x'.repeat(1_000);
    rig.say('a', { size: 9, age: 9_000 }, text);
    rig.say('b', HOUR, text);
    rig.say('a', { size: 9, age: 9_000 }, text);
    expect(rig.histories.bytes).toBeGreaterThan(6_000);
    rig.say('b', HOUR, text);
    expect(rig.histories.bytes).toBeLessThanOrEqual(9_216);
    expect(rig.newest('a')).toEqual([3]);
    expect(rig.newest('b')).toEqual([2, 4]);
    expect(rig.after('a', 0)).toBeUndefined();
    expect(rig.after('b', 0)).toEqual([2, 4]);
  });

  it('forget channels that hold nothing before any message, and then know no place in them', () => {
    const rig = new Rig(4_096);
    rig.say('kept');
    const quiet = rig.histories.head('quiet', OWNER);
    for (let n = 0; n < 100; n += 1) rig.say(`gone-${n}`, 'none');
    expect(rig.histories.bytes).toBeLessThanOrEqual(4_096);
    expect(rig.newest('kept')).toEqual([1]);
    expect(rig.after('kept', 0)).toEqual([1]);
    expect(rig.after('gone-0', 2)).toBeUndefined();
    expect(rig.histories.after('quiet', quiet, 1)).toBeUndefined();
    expect(rig.histories.after('quiet', rig.histories.head('quiet', OWNER), 1)).toEqual([]);
    const head = rig.histories.head('gone-0', OWNER);
    rig.say('gone-0');
    expect(rig.after('gone-0', 1)).toBeUndefined();
    expect(numbers(rig.histories.after('gone-0', head, 10))).toEqual([102]);
  });

  it('keep nothing where there is no room, and say so', () => {
    const rig = new Rig(0);
    rig.say('a');
    expect(rig.histories.bytes).toBe(0);
    expect(rig.newest('a')).toEqual([]);
    expect(rig.after('a', 0)).toBeUndefined();
    expect(rig.after('a', 1)).toBeUndefined();
  });

  it('keep of one channel, and of one owner, no more than they may', () => {
    const rig = new Rig(MIB, { owner: 20_000, channel: 8_000 });
    const text = 'x'.repeat(1_000);
    for (let n = 0; n < 20; n += 1) rig.say('room', HOUR, text, `p${n}`);
    expect(rig.newest('room')).toEqual([18, 19, 20]);
    for (let n = 0; n < 20; n += 1) rig.say(`own-${n}`, HOUR, text, 'bob');
    const kept = Array.from({ length: 20 }, (_, n) => rig.newest(`own-${n}`)).filter(
      (numbers) => numbers?.length === 1,
    );
    expect(kept).toHaveLength(7);
    expect(rig.newest('own-19')).toEqual([40]);
    expect(rig.newest('room')).toEqual([18, 19, 20]);
  });

  it('take from whoever fills them, not from others, whatever of theirs is older', () => {
    const rig = new Rig(100_000);
    const first = rig.say('private', HOUR, 'x'.repeat(1_000), 'victim');
    for (let n = 0; n < 150; n += 1) rig.say(`flood-${n % 7}`, HOUR, 'x'.repeat(10_000), 'attacker');
    for (let n = 0; n < 1_000; n += 1) rig.say(`empty-${n}`, 'none', '1', 'attacker');
    expect(rig.histories.bytes).toBeLessThanOrEqual(100_000);
    expect(rig.newest('private')).toEqual([first]);
    expect(rig.after('private', first - 1)).toEqual([first]);
    const head = rig.histories.head('theirs', 'victim');
    for (let n = 0; n < 1_000; n += 1) rig.histories.head(`opened-${n}`, 'attacker');
    expect(rig.histories.after('theirs', head, 1)).toEqual([]);
  });

  it('drop the oldest of one owner first, in whatever channels and between whomever', () => {
    const step = fc.record({
      channel: fc.constantFrom('a', 'b', 'c'),
      from: fc.constantFrom('ann', 'bob'),
      size: fc.constantFrom(2, 50),
      length: fc.nat(600),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const most = 5_000;
        const rig = new Rig(MIB, { owner: most });
        let kept: { channel: string; from: string; sequence: number; bytes: number }[] = [];
        const drop = (last: (typeof kept)[number] | undefined) =>
          (kept = kept.filter((message) => message.channel !== last?.channel || message.sequence > last.sequence));
        for (const { channel, from, size, length } of steps) {
          const data = 'x'.repeat(length);
          const sequence = rig.say(channel, { size, age: 1_000 }, data, from);
          const bytes = messageBytes({ channel, event: 'e', data, time: '', from });
          kept.push({ channel, from, sequence, bytes });
          drop(kept.filter((message) => message.channel === channel).at(-1 - size));
          const own = () => kept.filter((message) => message.from === from);
          while (own().reduce((sum, message) => sum + message.bytes, 0) > most) drop(own()[0]);
          for (const name of ['a', 'b', 'c']) {
            expect(rig.newest(name)).toEqual(kept.filter((each) => each.channel === name).map((each) => each.sequence));
          }
        }
      }),
    );
  });

  it('count what comes by the key of the service for its channel', () => {
    const rig = new Rig(100_000);
    const publication = { channel: 'user:ann', event: 'e', data: 'x'.repeat(100), time: '1' };
    const say = (said: typeof publication) => rig.histories.add(said, { size: 10_000, age: 3_600_000 });
    say(publication);
    const flood = { ...publication, channel: 'feed', data: 'x'.repeat(1_000) };
    for (let n = 0; n < 500; n += 1) say(flood);
    expect(rig.newest('user:ann')).toEqual([1]);
  });

  it('number each channel for itself, from where nobody can know', () => {
    const rig = new Rig();
    const before = rig.histories.head('private', 'ann');
    for (let n = 0; n < 7; n += 1) rig.say('other');
    expect(rig.histories.head('private', 'ann')).toBe(before);
    expect(new Set(Array.from({ length: 50 }, (_, n) => rig.histories.head(`c${n}`, 'ann'))).size).toBe(50);
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
      const delivered = rig.after(channel, since);
      if (delivered) expect(delivered).toEqual(said.get(channel)?.filter((number) => number > since));
    }
  });
});
