import { describe, expect, it } from '@jest/globals';
import { OwnWrites } from './own-writes.js';

describe('writes of the page', () => {
  it('time the event of the same action on the same record', () => {
    const writes = new OwnWrites();
    writes.started('CREATE', 'messages:a', 100);
    expect(writes.since('CREATE', 'messages:a', 103)).toBe(3);
    expect(writes.since('UPDATE', 'messages:a', 103)).toBeUndefined();
    expect(writes.since('CREATE', 'messages:b', 103)).toBeUndefined();
  });

  it('time an event in every connection that it reaches', () => {
    const writes = new OwnWrites();
    writes.started('DELETE', 'messages:a', 100);
    expect([103, 104].map((now) => writes.since('DELETE', 'messages:a', now))).toEqual([3, 4]);
  });

  it('time from the newest of several', () => {
    const writes = new OwnWrites();
    writes.started('UPDATE', 'messages:a', 100);
    writes.started('UPDATE', 'messages:a', 200);
    expect(writes.since('UPDATE', 'messages:a', 203)).toBe(3);
  });

  it('forget the oldest of more than 2,000', () => {
    const writes = new OwnWrites();
    for (let n = 0; n <= 2_000; n += 1) writes.started('CREATE', `messages:${n}`, n);
    expect(writes.since('CREATE', 'messages:0', 3_000)).toBeUndefined();
    expect(writes.since('CREATE', 'messages:1', 3_000)).toBe(2_999);
  });
});
