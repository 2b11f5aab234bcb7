import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Audience, type Recipient } from './audience.js';
import type { Cohort } from './cohort.js';
import { Name } from './content.js';
import { Delivery } from './delivery.js';

const MANY = 20;

/** Joins cohorts as an outbox does: what they are sent is its own once it leaves. */
class Member implements Recipient {
  readonly got: string[] = [];
  /** How often it was handed something. */
  handed = 0;
  protected cohort: Cohort | undefined;

  constructor(readonly id: string) {}

  send(delivery: Delivery): void {
    this.leave();
    this.handed += 1;
    this.got.push(textOf(delivery));
  }

  join(cohort: Cohort): boolean {
    this.cohort = cohort;
    return true;
  }

  leave(): void {
    const { cohort } = this;
    this.cohort = undefined;
    cohort?.leave(this);
    this.got.push(...(cohort?.deliveries ?? []).map(textOf));
  }

  /** Writes, as all others do next. */
  write(): void {
    this.cohort?.end();
    this.leave();
  }
}

/** Knows nothing of cohorts. */
class Loner implements Recipient {
  readonly got: string[] = [];

  constructor(readonly id: string) {}

  send(delivery: Delivery): void {
    this.got.push(textOf(delivery));
  }
}

describe('Audience', () => {
  let audience: Audience;
  let members: Member[];
  const [first, second] = [0, 1] as const;
  const member = (n: number): Member => {
    const found = members[n];
    if (!found) throw new RangeError('There are not so many.');
    return found;
  };

  beforeEach(() => {
    audience = new Audience();
    members = Array.from({ length: MANY }, (_, n) => new Member(`member-${n}`));
    for (const each of members) audience.add(each);
  });

  const say = (text: string, except?: string) => audience.send(message(text), except);
  const writeAll = () => members.forEach((each) => each.write());
  const everyGot = () => [...new Set(members.map(({ got }) => got.join()))];

  it('hands many the first of what is sent, and all that follows before they write once for all of them', () => {
    expect(['a', 'b', 'c'].map((text) => say(text))).toEqual([MANY, MANY, MANY]);
    expect(members.every(({ handed }) => handed === 1)).toBe(true);
    writeAll();
    say('d');
    writeAll();
    expect(everyGot()).toEqual(['a,b,c,d']);
  });

  it('hands few each by itself', () => {
    for (const each of members.slice(2)) audience.delete(each);
    say('a');
    say('b');
    expect(members.slice(0, 2).map(({ handed }) => handed)).toEqual([2, 2]);
  });

  it('keeps the order of what is sent to all and what one is sent by itself', () => {
    say('a');
    say('b');
    member(first).send(message('own'));
    say('c');
    writeAll();
    expect(member(first).got).toEqual(['a', 'b', 'own', 'c']);
    expect(member(second).got).toEqual(['a', 'b', 'c']);
  });

  it('goes on by itself with one that leaves while another is sent something', () => {
    class Pusher extends Loner {
      override send(delivery: Delivery): void {
        super.send(delivery);
        if (textOf(delivery) === 'b') member(first).leave();
      }
    }
    audience.add(new Pusher('pusher'));
    for (const text of ['a', 'b', 'c']) say(text);
    writeAll();
    expect(everyGot()).toEqual(['a,b,c']);
  });

  it('sends one who joins no cohort all by itself', () => {
    const loner = new Loner('loner');
    audience.add(loner);
    say('a');
    expect(say('b')).toBe(MANY + 1);
    expect(loner.got).toEqual(['a', 'b']);
  });

  it('leaves out who is to have no copy', () => {
    const { id } = member(first);
    expect(['a', 'b'].map((text) => say(text, id))).toEqual([MANY - 1, MANY - 1]);
    say('c');
    say('d', member(second).id);
    writeAll();
    expect(member(first).got).toEqual(['c', 'd']);
    expect(member(second).got).toEqual(['a', 'b', 'c']);
    expect(member(2).got).toEqual(['a', 'b', 'c', 'd']);
  });

  it('sends nothing more to who has gone, and who comes nothing that was sent before', () => {
    say('a');
    say('b');
    const late = new Member('late');
    audience.delete(member(first));
    audience.add(late);
    say('c');
    for (const each of [...members, late]) each.write();
    expect([member(first).got, member(second).got, late.got]).toEqual([['a', 'b'], ['a', 'b', 'c'], ['c']]);
  });

  it('lets go of what was put down once all have written, though nothing is sent again', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const putDown = (): WeakRef<Delivery> => {
      const delivery = message('b');
      audience.send(delivery);
      return new WeakRef(delivery);
    };
    say('a');
    const held = putDown();
    writeAll();
    // What a WeakRef was made of lives until the turn ends.
    await setImmediate();
    gc();
    expect(held.deref()).toBeUndefined();
  });

  it('puts down no more than 64 KiB for all, and begins anew', () => {
    const texts = Array.from({ length: 10 }, (_, n) => String(n).repeat(8 * 1024));
    for (const text of texts) say(text);
    expect(member(first).handed).toBeGreaterThan(1);
    expect(member(first).handed).toBeLessThan(texts.length);
    writeAll();
    expect(everyGot()).toEqual([texts.join()]);
  });
});

function message(text: string): Delivery {
  const channel = new Name('room');
  return new Delivery({ type: 'message', channel, stream: 's', event: 'said', data: text, cursor: 'c', time: 't' });
}

function textOf({ content }: Delivery): string {
  return 'data' in content ? content.data : '';
}
