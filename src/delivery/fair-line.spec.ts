import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairLine } from './fair-line.js';

function lineOf(...origins: string[]): FairLine<string> {
  const line = new FairLine<string>();
  for (const [n, origin] of origins.entries()) line.push(origin, `${origin}${n}`);
  return line;
}

function all(line: FairLine<string>): string[] {
  const items: string[] = [];
  for (let item = line.shift(); item !== undefined; item = line.shift()) items.push(item);
  return items;
}

describe('FairLine', () => {
  it('lets each origin have its turn, and those of one origin in their order', () => {
    expect(all(lineOf('a', 'a', 'a', 'b', 'c', 'b'))).toEqual(['a0', 'b3', 'c4', 'a1', 'b5', 'a2']);
  });

  it('has one that comes wait for one of each other origin at most', () => {
    const line = lineOf(...Array<string>(100).fill('a'), ...Array<string>(100).fill('b'));
    line.shift();
    line.push('c', 'c');
    expect([line.shift(), line.shift(), line.shift()]).toContain('c');
  });

  it('takes the newest out of the origin of which most wait', () => {
    const line = lineOf('a', 'b', 'b', 'b', 'c');
    expect(line.popLargest(1)).toBe('b3');
    expect(line.popLargest(1)).toBe('b2');
    expect(line.popLargest(1)).toBeUndefined();
    expect([line.size, line.sizeOf('b'), line.sizeOf('d')]).toEqual([3, 1, 0]);
    expect(line.popLargest(0)).toBe('a0');
    expect(all(line)).toEqual(['b1', 'c4']);
  });

  it('takes out who waits no more', () => {
    const line = lineOf('a', 'a', 'b');
    expect([line.delete('a', 'a0'), line.delete('a', 'a0'), line.delete('b', 'b2'), line.delete('c', 'c')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([line.size, all(line)]).toEqual([1, ['a1']]);
  });

  it('knows how many wait, whatever was done', () => {
    const step = fc.record({
      what: fc.constantFrom('push', 'shift', 'pop', 'delete'),
      origin: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const line = new FairLine<number>();
        const waiting = new Map<number, string>();
        for (const [n, { what, origin }] of steps.entries()) {
          const oldest = [...waiting].find(([, from]) => from === origin)?.[0] ?? -1;
          if (what === 'push') line.push(origin, n);
          if (what === 'push') waiting.set(n, origin);
          else if (what === 'delete') expect(line.delete(origin, oldest)).toBe(waiting.delete(oldest));
          else {
            const size = waiting.size;
            const taken = what === 'shift' ? line.shift() : line.popLargest(0);
            expect(taken !== undefined && waiting.delete(taken)).toBe(size > 0);
          }
          expect(line.size).toBe(waiting.size);
          expect(line.sizeOf(origin)).toBe([...waiting.values()].filter((from) => from === origin).length);
        }
      }),
    );
  });
});
