/** Milliseconds that what happens in the database may take before clients get their turn. */
const TURN_MS = 4;
/** Bytes of what waits for its turn, from which on the supervisor is to keep the rest. */
const MOST_WAITING = 8 * 1024 * 1024;

interface Task {
  readonly bytes: number;
  readonly work: () => Promise<void> | undefined;
}

/** Does one thing after the other, each when the last is through, and lets others in between. */
export class TaskQueue {
  private readonly tasks: Task[] = [];
  private bytes = 0;
  private busy = false;
  private paused = false;
  private since = 0;

  constructor(
    /** Called with whether as much waits as may. */
    private readonly onFull: (full: boolean) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** @param work returns what is to be waited for, if anything is. @param bytes that it holds until then */
  add(work: Task['work'], bytes = 0): void {
    this.tasks.push({ work, bytes });
    this.bytes += bytes;
    if (!this.busy) void this.run();
    this.tell();
  }

  /** Settles when all that was added before is through. */
  passed(): Promise<void> {
    return new Promise((resolve) =>
      this.add(() => {
        resolve();
        return undefined;
      }),
    );
  }

  private async run(): Promise<void> {
    this.busy = true;
    this.since = performance.now();
    for (let task = this.tasks.shift(); task; task = this.tasks.shift()) {
      await this.attempt(task);
      this.bytes -= task.bytes;
      this.tell();
      if (performance.now() - this.since < TURN_MS) continue;
      await new Promise(setImmediate);
      this.since = performance.now();
    }
    this.busy = false;
  }

  private async attempt({ work }: Task): Promise<void> {
    try {
      const wait = work();
      if (wait) await wait;
    } catch (error) {
      this.onError(error);
    }
  }

  private tell(): void {
    const full = this.bytes > MOST_WAITING || (this.paused && this.bytes > MOST_WAITING / 2);
    if (full === this.paused) return;
    this.paused = full;
    this.onFull(full);
  }
}
