import { describe, expect, it } from '@jest/globals';
import type { Account, Holder } from './account.js';
import { Subscriptions } from './subscriptions.js';
import { HeldBytes } from './held-bytes.js';

class Client implements Holder {
  outboxBytes = 0;
  reliefs = 0;
  readonly account: Account;

  constructor(
    readonly name: string,
    held: HeldBytes,
  ) {
    this.account = held.open(this);
  }

  get closed(): boolean {
    return this.reliefs > 0;
  }

  relieve(): void {
    if (this.closed) this.outboxBytes = 0;
    else this.account.leave();
    this.reliefs += 1;
  }
}

function clientsOf(limits: { each?: number; total?: number } = {}) {
  const held = new HeldBytes({ each: 100, outbox: 50, total: 200, ...limits });
  const clients = ['a', 'b', 'c'].map((name) => new Client(name, held));
  held.readOutboxes(() => clients.reduce((sum, { outboxBytes }) => sum + outboxBytes, 0));
  const [a, b, c] = clients as [Client, Client, Client];
  return { held, a, b, c, reliefs: () => clients.map((client) => client.reliefs) };
}

describe('HeldBytes', () => {
  it('sums what is booked and what waits in outboxes', () => {
    const { held, a, b } = clientsOf();
    a.account.book(30);
    b.account.book(20);
    b.outboxBytes = 5;
    expect([held.bytes, a.account.bytes, b.account.bytes]).toEqual([55, 30, 25]);
    a.account.book(-30);
    expect(held.bytes).toBe(25);
    expect([held.fits(175), held.fits(176)]).toEqual([true, false]);
  });

  it('counts what several hold once in the sum, and whole for each of them', () => {
    const { held, a, b } = clientsOf();
    const shared = a.account.begin();
    shared.grow(30);
    shared.grow(10);
    for (const { account } of [a, b]) expect(account.share(shared)).toBe(true);
    expect([held.bytes, a.account.bytes, b.account.bytes]).toEqual([40, 40, 40]);
    shared.letGo();
    a.account.letGo(shared);
    expect([held.bytes, a.account.bytes, b.account.bytes]).toEqual([40, 0, 40]);
    b.account.letGo(shared);
    expect(held.bytes).toBe(0);
  });

  it('lets those go for whom most is held, of whatever kind, until a tenth is free', () => {
    const { a, b, c, reliefs } = clientsOf({ each: 1_000 });
    a.account.book(90);
    b.outboxBytes = 100;
    expect(reliefs()).toEqual([0, 0, 0]);
    c.account.book(11);
    expect(reliefs()).toEqual([0, 1, 0]);
  });

  it('counts what is still held for one in the turn after it was closed, and waits for it no more', async () => {
    const { a, b, c, reliefs } = clientsOf({ each: 1_000 });
    a.account.book(150);
    b.account.book(40);
    c.account.book(20);
    await new Promise(setImmediate);
    c.account.book(5);
    expect(reliefs()).toEqual([2, 1, 0]);
  });

  it('lets no more go while those who were let go still hold what they held', () => {
    const { a, b, c, reliefs } = clientsOf({ each: 1_000 });
    a.account.book(150);
    b.account.book(40);
    c.account.book(20);
    c.account.book(5);
    expect(reliefs()).toEqual([1, 0, 0]);
  });

  it('lets what is being made go where that is most', () => {
    const { held, a, reliefs } = clientsOf({ each: 1_000 });
    a.account.book(60);
    const made = a.account.begin();
    let dropped = 0;
    made.drop = () => (dropped += 1);
    made.grow(100);
    expect(() => made.grow(50)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    a.account.book(10);
    expect(reliefs()).toEqual([0, 0, 0]);
    expect([held.bytes, dropped]).toEqual([70, 1]);
    made.letGo();
    expect(held.bytes).toBe(70);
  });

  it('waits no more for sockets that were closed and still do not read', () => {
    const { a, b, c, reliefs } = clientsOf({ each: 1_000 });
    a.outboxBytes = 150;
    b.account.book(60);
    expect(reliefs()).toEqual([1, 0, 0]);
    c.account.book(5);
    expect(reliefs()).toEqual([2, 0, 0]);
  });
});

describe('Account', () => {
  it('has room for no more than one may hold, its outbox included', () => {
    const { a } = clientsOf();
    a.account.book(60);
    a.outboxBytes = 30;
    expect([a.account.fits(10), a.account.fits(11)]).toEqual([true, false]);
  });

  it('shares nothing that does not fit, and tells when something that it shares is let go', async () => {
    const { held, a } = clientsOf();
    const [one, other] = [a.account.begin(), a.account.begin()];
    for (const shared of [one, other]) shared.grow(60);
    expect(a.account.less).toBeUndefined();
    expect([a.account.share(one), a.account.share(other)]).toEqual([true, false]);
    const { less } = a.account;
    for (const shared of [one, other]) shared.letGo();
    expect(held.bytes).toBe(60);
    a.account.letGo(one);
    await less;
    expect([held.bytes, a.account.less]).toEqual([0, undefined]);
  });

  it('leaves its outbox what is left, and never more than an outbox may hold', () => {
    const { a } = clientsOf();
    expect(a.account.outboxRoom).toBe(50);
    a.account.book(70);
    expect(a.account.outboxRoom).toBe(30);
    a.account.book(-70);
    expect(a.account.outboxRoom).toBe(50);
  });
});

describe('Subscriptions', () => {
  const subscription = (stream: string, bytes: number) => ({
    stream,
    bytes,
    target: { topic: 't' },
    release: () => undefined,
  });

  it('count for the subscriber until they are released, and none is taken beyond what it may hold', () => {
    const { held, a } = clientsOf();
    const subscriptions = new Subscriptions(10, a.account);
    const first = subscription('s1', 60);
    subscriptions.add(first);
    expect(() => subscriptions.add(subscription('s2', 41))).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
    subscriptions.add(subscription('s3', 40));
    expect(held.bytes).toBe(100);
    subscriptions.release(first);
    expect(held.bytes).toBe(40);
    subscriptions.releaseAll();
    expect(held.bytes).toBe(0);
  });
});
