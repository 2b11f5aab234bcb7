import { CommandError } from '../errors/command-error.js';

/** How often it is looked for commands that have waited too long. */
const LOOK_MS = 100;

interface Waiting {
  readonly deadline: number;
  readonly reject: (error: CommandError) => void;
}

/** What Redis can't answer is refused with, whatever the cause: the command may have been carried out, or not. */
export function unavailable(): CommandError {
  return new CommandError('UNAVAILABLE', 'Channels are not available at the moment: try again a little later.');
}

/** As much waits as may: the command was not sent. */
export class TooMuchInFlight extends CommandError {
  constructor() {
    super('UNAVAILABLE', 'Channels are slow: as much waits for them as may. Try again a little later.');
  }
}

export interface InFlightLimits {
  readonly commands: number;
  readonly bytes: number;
  /** Milliseconds that each may wait. */
  readonly timeoutMs: number;
}

/**
 * Commands that wait for their answer, bounded in number and bytes. Each is given up in time; it counts until the client of Redis
 * has let go of it, too.
 */
export class InFlight {
  private readonly waiting = new Set<Waiting>();
  private count = 0;
  private held = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: InFlightLimits) {}

  get commands(): number {
    return this.count;
  }

  get bytes(): number {
    return this.held;
  }

  /** @throws TooMuchInFlight when no more may wait; CommandError UNAVAILABLE after the time; else what the command ends with */
  run<T>(bytes: number, command: () => Promise<T>): Promise<T> {
    if (this.count >= this.limits.commands || this.held + bytes > this.limits.bytes)
      return Promise.reject(new TooMuchInFlight());
    this.count += 1;
    this.held += bytes;
    return new Promise<T>((resolve, reject) => {
      const waiting = { deadline: performance.now() + this.limits.timeoutMs, reject };
      this.waiting.add(waiting);
      this.timer ??= setInterval(() => this.giveUp(), LOOK_MS);
      command()
        .then(resolve, reject)
        .finally(() => this.done(waiting, bytes));
    });
  }

  private done(waiting: Waiting, bytes: number): void {
    this.waiting.delete(waiting);
    this.count -= 1;
    this.held -= bytes;
    if (this.waiting.size === 0) this.rest();
  }

  /** All have the same time: those that came first are first. */
  private giveUp(): void {
    const now = performance.now();
    for (const waiting of this.waiting) {
      if (waiting.deadline > now) return;
      this.waiting.delete(waiting);
      waiting.reject(unavailable());
    }
    this.rest();
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
