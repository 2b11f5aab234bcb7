import type { Subscriber } from '../delivery/subscriber.js';

interface Line {
  underWay: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets so many snapshots of one subscriber be under way at a time, the others in order behind them: each is in memory until
 * all of it has been sent, however slowly it is read.
 */
export class SnapshotSlots {
  private readonly lines = new Map<Subscriber, Line>();

  constructor(private readonly most: number) {}

  async run(subscriber: Subscriber, work: () => Promise<void>): Promise<void> {
    const line = this.lineOf(subscriber);
    if (line.underWay < this.most) line.underWay += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      await work();
    } finally {
      this.leave(subscriber, line);
    }
  }

  private lineOf(subscriber: Subscriber): Line {
    let line = this.lines.get(subscriber);
    if (!line) this.lines.set(subscriber, (line = { underWay: 0, waiting: [] }));
    return line;
  }

  /** Hands the place on. */
  private leave(subscriber: Subscriber, line: Line): void {
    const next = line.waiting.shift();
    if (next) return next();
    line.underWay -= 1;
    if (line.underWay === 0) this.lines.delete(subscriber);
  }
}
