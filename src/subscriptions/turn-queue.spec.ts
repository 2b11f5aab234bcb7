import { describe, expect, it } from '@jest/globals';
import { TurnQueue } from './turn-queue.js';

describe('TurnQueue', () => {
  it('gives each its own turn of the event loop, in the order in which they asked', async () => {
    const turns = new TurnQueue();
    let loops = 0;
    let counting = true;
    const count = () => {
      loops += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const given: [string, number][] = [];
    const ask = async (name: string) => {
      await turns.next();
      given.push([name, loops]);
    };
    await Promise.all(['a', 'b', 'c'].map(ask));
    await ask('d');
    counting = false;
    expect(given.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect(new Set(given.map(([, loop]) => loop)).size).toBe(4);
  });

  it('ends a turn by the clock, whatever is done in it', async () => {
    let now = 100;
    const turns = new TurnQueue(() => now);
    const turn = await turns.next();
    expect(turn.over).toBe(false);
    now += 2.9;
    expect(turn.over).toBe(false);
    now += 0.1;
    expect(turn.over).toBe(true);
    expect((await turns.next()).over).toBe(false);
  });
});
