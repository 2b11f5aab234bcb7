import { describe, expect, it } from '@jest/globals';
import { Rounds } from './rounds.js';

describe('Rounds', () => {
  it('are never two at a time, whenever somebody asks for one', async () => {
    let running = 0;
    let most = 0;
    let begun = 0;
    const rounds = new Rounds(async () => {
      begun += 1;
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
    });
    const first = rounds.next();
    const second = rounds.next();
    await first;
    // Who asks just behind the end of one, while the next is about to begin.
    const third: Promise<void>[] = [];
    for (let n = 0; n < 5; n += 1) {
      third.push(rounds.next());
      await Promise.resolve();
    }
    await Promise.all([second, ...third]);
    expect(most).toBe(1);
    expect(begun).toBeLessThanOrEqual(3);
  });

  it('go on after one that failed, which those are told of that waited for it', async () => {
    const failures = [new Error('away')];
    const rounds = new Rounds(async () => {
      const failure = failures.shift();
      if (failure) throw failure;
    });
    const first = rounds.next();
    const second = rounds.next();
    await expect(first).rejects.toThrow('away');
    await second;
  });
});
