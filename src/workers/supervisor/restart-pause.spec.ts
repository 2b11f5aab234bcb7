import { describe, expect, it } from '@jest/globals';
import { RestartPause } from './restart-pause.js';

describe('RestartPause', () => {
  it('is longer each time that workers end soon, up to 10 s', () => {
    const pause = new RestartPause();
    expect(Array.from({ length: 9 }, () => pause.after(1_000))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
    ]);
  });

  it('is short again behind one that ran', () => {
    const pause = new RestartPause();
    for (let n = 0; n < 9; n += 1) pause.after(0);
    expect(pause.after(30_000)).toBe(100);
    expect(pause.after(0)).toBe(200);
  });
});
