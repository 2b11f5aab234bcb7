import { describe, expect, it } from '@jest/globals';
import { Config } from '../config/config.js';
import { CommandRate, type Verdict } from './command-rate.js';

describe('CommandRate', () => {
  const config = Object.assign(new Config(), { limitCommandsPerSecond: 10, limitCommandsBurst: 20 });
  const judge = (rate: CommandRate, commands: number, now: number): Verdict[] =>
    Array.from({ length: commands }, () => rate.judge(now));

  it('serves a burst, then refuses', () => {
    const rate = new CommandRate(config, 0);
    expect(judge(rate, 20, 0)).not.toContain('refused');
    expect(rate.judge(0)).toBe('refused');
  });

  it('serves so many a second again', () => {
    const rate = new CommandRate(config, 0);
    judge(rate, 20, 0);
    expect(judge(rate, 11, 1_000).filter((verdict) => verdict === 'served')).toHaveLength(10);
  });

  it('saves up no more than a burst', () => {
    const rate = new CommandRate(config, 0);
    expect(judge(rate, 21, 3_600_000).filter((verdict) => verdict === 'served')).toHaveLength(20);
  });

  it('calls it a flood when a thousand were refused', () => {
    const verdicts = judge(new CommandRate(config, 0), 1_021, 0);
    expect(verdicts.filter((verdict) => verdict === 'refused')).toHaveLength(1_000);
    expect(verdicts.at(-1)).toBe('flood');
  });
});
