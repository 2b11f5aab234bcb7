import { FairLine } from './fair-line.js';

interface Line {
  underWay: number;
  readonly waiting: FairLine<() => void>;
}

/** Lets so much work of one kind be under way for each at a time; the rest waits behind it, that of each origin in its turn. */
export class Slots<Owner extends object> {
  private readonly lines = new Map<Owner, Line>();

  constructor(private readonly most: number) {}

  /** Whether work for it would begin at once. */
  free(owner: Owner): boolean {
    return (this.lines.get(owner)?.underWay ?? 0) < this.most;
  }

  /** @param origin whose work it is, where several share an owner */
  async run<T>(owner: Owner, work: () => Promise<T>, origin = ''): Promise<T> {
    const line = this.lineOf(owner);
    if (line.underWay < this.most) line.underWay += 1;
    else await new Promise<void>((resolve) => line.waiting.push(origin, resolve));
    try {
      return await work();
    } finally {
      this.leave(owner, line);
    }
  }

  private lineOf(owner: Owner): Line {
    let line = this.lines.get(owner);
    if (!line) this.lines.set(owner, (line = { underWay: 0, waiting: new FairLine() }));
    return line;
  }

  /** Hands the place on. */
  private leave(owner: Owner, line: Line): void {
    const next = line.waiting.shift();
    if (next) return next();
    line.underWay -= 1;
    if (line.underWay === 0) this.lines.delete(owner);
  }
}
