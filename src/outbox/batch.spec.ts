import { describe, expect, it, jest } from '@jest/globals';
import { Delivery } from '../delivery/delivery.js';
import { encoded } from '../../test/support/frame-of.js';
import { Batch } from './batch.js';

const frame = (cursor: string) => encoded({ type: 'checkpoint', cursor });

describe('Batch', () => {
  it('is one object, joined once, for all who were sent the same frames', () => {
    const [root, a, b] = [Batch.root(), frame('a'), frame('b')];
    const batches = [1, 2, 3].map(() => root.with(a)).map((batch) => batch.with(b));
    expect(new Set(batches).size).toBe(1);
    expect(batches[0]?.join()).toBe(batches[2]?.join());
  });

  it('keeps those apart who were sent different frames in between', () => {
    const [root, shared, own] = [Batch.root(), frame('shared'), frame('own')];
    const one = root.with(shared);
    const other = root.with(own).with(shared);
    expect(one.join()).toEqual(shared.bytes);
    expect(other.join()).toEqual(Buffer.concat([own.bytes, shared.bytes]));
    expect(root.with(shared).join()).toEqual(shared.bytes);
  });

  it('joins frames in the order they were sent, and copies none that is alone', () => {
    const frames = ['a', 'b', 'c'].map(frame);
    const batch = frames.reduce((before, next) => before.with(next), Batch.root());
    expect(batch.join()).toEqual(Buffer.concat(frames.map(({ bytes }) => bytes)));
    expect(batch.bytes).toBe(batch.join().length);
    const [alone] = frames;
    expect(alone && Batch.root().with(alone).join()).toBe(alone?.bytes);
  });

  it('counts its frames by type', () => {
    const pong = encoded({ type: 'pong', time: 'now' });
    const batch = Batch.root().with(frame('a')).with(pong).with(frame('b'));
    expect(Object.fromEntries(batch.types().map(({ type, count }) => [type, count]))).toEqual({
      checkpoint: 2,
      pong: 1,
    });
  });

  it('tells a frame once that it was written', () => {
    const observer = jest.fn();
    const observed = encoded(Delivery.of({ type: 'checkpoint', cursor: 'a' }).onFirstWrite(observer));
    const batch = Batch.root().with(observed).with(frame('b'));
    batch.written();
    batch.written();
    expect(observer).toHaveBeenCalledTimes(1);
  });
});
