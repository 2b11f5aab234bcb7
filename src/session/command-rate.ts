import type { Config } from '../config/config.js';
import { TokenBucket } from './token-bucket.js';

/** Refusals at once before a connection that goes on all the same is closed; at least ten bursts. */
const LEAST_REFUSALS = 1_000;

/** `flood`: so many commands were refused that answering them costs more than they are worth. */
export type Verdict = 'served' | 'refused' | 'flood';

/** How fast one connection may send commands. What is refused draws on a second, larger bucket: an empty one is a flood. */
export class CommandRate {
  private readonly commands: TokenBucket;
  private refusals: TokenBucket | undefined;

  constructor(
    private readonly config: Config,
    now: number,
  ) {
    this.commands = new TokenBucket(config.limitCommandsBurst, config.limitCommandsPerSecond, now);
  }

  judge(now: number): Verdict {
    if (this.commands.take(now)) return 'served';
    this.refusals ??= new TokenBucket(
      Math.max(LEAST_REFUSALS, 10 * this.config.limitCommandsBurst),
      10 * this.config.limitCommandsPerSecond,
      now,
    );
    return this.refusals.take(now) ? 'refused' : 'flood';
  }
}
