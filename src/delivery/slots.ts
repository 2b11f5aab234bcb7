interface Line {
  underWay: number;
  readonly waiting: (() => void)[];
}

/** Lets so much work of one kind be under way for each at a time; the rest waits in order behind it. */
export class Slots<Owner extends object> {
  private readonly lines = new Map<Owner, Line>();

  constructor(private readonly most: number) {}

  /** Whether work for it would begin at once. */
  free(owner: Owner): boolean {
    return (this.lines.get(owner)?.underWay ?? 0) < this.most;
  }

  async run<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
    const line = this.lineOf(owner);
    if (line.underWay < this.most) line.underWay += 1;
    else await new Promise<void>((resolve) => line.waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.leave(owner, line);
    }
  }

  private lineOf(owner: Owner): Line {
    let line = this.lines.get(owner);
    if (!line) this.lines.set(owner, (line = { underWay: 0, waiting: [] }));
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
