import { describe, expect, it } from '@jest/globals';
import { Deque } from './deque.js';

function dequeOf(...items: number[]): Deque<number> {
  const deque = new Deque<number>();
  for (const item of items) deque.push(item);
  return deque;
}

describe('Deque', () => {
  it('takes what was added first', () => {
    const deque = dequeOf(1, 2, 3);
    expect([deque.shift(), deque.shift(), deque.length, deque.shift(), deque.shift()]).toEqual([1, 2, 1, 3, undefined]);
  });

  it('is looked into by index, from the first that is left', () => {
    const deque = dequeOf(1, 2, 3);
    deque.shift();
    expect([-1, 0, 1, 2].map((index) => deque.at(index))).toEqual([undefined, 2, 3, undefined]);
  });

  it('finds the first item that a condition no longer holds for', () => {
    const deque = dequeOf(0, 1, 2, 3, 4, 5);
    deque.shift();
    expect([0, 1, 3, 9].map((n) => deque.lowerBound((item) => item < n))).toEqual([0, 0, 2, 5]);
  });

  it('keeps its order over thousands of items added and taken', () => {
    const deque = new Deque<number>();
    let next = 0;
    for (let n = 0; n < 10_000; n++) {
      deque.push(n);
      if (n % 3 > 0) expect(deque.shift()).toBe(next++);
    }
    expect(deque.length).toBe(10_000 - next);
    expect(deque.at(0)).toBe(next);
    expect(deque.lowerBound((item) => item < 9_000)).toBe(9_000 - next);
  });

  it('iterates over what is left, in order', () => {
    const deque = dequeOf(1, 2, 3);
    deque.shift();
    expect([...deque]).toEqual([2, 3]);
  });
});
