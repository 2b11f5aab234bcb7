import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MessageRing } from './message-ring.js';

const publication = (data: string) => ({ channel: 'c', event: 'e', data, time: 't' });

describe('MessageRing', () => {
  it('holds what came last, however it grows and shrinks, and from whatever number on', () => {
    const start = fc.oneof(fc.integer({ min: 0, max: 2 ** 30 }), fc.constant(2 ** 31 - 5), fc.constant(2 ** 32 - 5));
    const steps = fc.array(fc.record({ pushed: fc.nat(40), shifted: fc.nat(40) }), { maxLength: 30 });
    fc.assert(
      fc.property(start, steps, (first, steps) => {
        const ring = new MessageRing();
        const held: number[] = [];
        let next = first;
        for (const { pushed, shifted } of steps) {
          for (let n = 0; n < pushed; n += 1) {
            ring.push(next).fill(publication(String(next)));
            held.push(next);
            next += 1;
          }
          for (const number of held.splice(0, shifted)) ring.shift(number);
          expect(ring.length).toBe(held.length);
          expect(held.map((number) => ring.at(number).data)).toEqual(held.map(String));
        }
      }),
    );
  });

  it('knows no message that it lets go of', () => {
    const ring = new MessageRing();
    for (const number of [1, 2, 3]) ring.push(number).fill(publication('1'));
    for (const number of [1, 2, 3]) ring.shift(number);
    expect(() => ring.at(3)).toThrow('There is no message 3.');
  });
});
