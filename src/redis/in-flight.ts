import { CommandError } from '../errors/command-error.js';

/** How often it is looked for commands that have waited too long. */
const LOOK_MS = 100;

/** What waits for its answer. */
export interface Held {
  readonly bytes: number;
  /** By `performance.now()`. */
  readonly deadline: number;
}

interface Waiting extends Held {
  readonly giveUp: (error: CommandError) => void;
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
    return new Promise<T>((resolve, reject) => {
      const held = this.hold(bytes, reject);
      command()
        .then(resolve, reject)
        .finally(() => this.release(held));
    });
  }

  /**
   * The same for what is told its end by other means.
   * @param giveUp is called with an UNAVAILABLE after the time
   * @throws TooMuchInFlight when no more may wait
   */
  hold(bytes: number, giveUp: (error: CommandError) => void): Held {
    if (this.count >= this.limits.commands || this.held + bytes > this.limits.bytes) throw new TooMuchInFlight();
    this.count += 1;
    this.held += bytes;
    const waiting: Waiting = { bytes, deadline: performance.now() + this.limits.timeoutMs, giveUp };
    this.waiting.add(waiting);
    this.timer ??= setInterval(() => this.lookForLate(), LOOK_MS);
    return waiting;
  }

  /** The client of Redis has let go of it. @returns whether it had not been given up */
  release(held: Held): boolean {
    this.count -= 1;
    this.held -= held.bytes;
    const waited = this.waiting.delete(held as Waiting);
    if (this.waiting.size === 0) this.rest();
    return waited;
  }

  /** All have the same time: those that came first are first. */
  private lookForLate(): void {
    const now = performance.now();
    for (const waiting of this.waiting) {
      if (waiting.deadline > now) return;
      this.waiting.delete(waiting);
      waiting.giveUp(unavailable());
    }
    this.rest();
  }

  private rest(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
