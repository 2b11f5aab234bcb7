/** What is read once, for all who ask for it before it is there. */
export class Flight<Result> {
  readonly result: Promise<Result>;
  private begun = false;
  /** Of those who asked before it began. */
  private readonly origins = new Set<string>();
  private reads: () => Promise<void> = () => Promise.resolve();

  /** @param position in the change log, before which it does not begin */
  constructor(
    readonly position: number,
    read: () => Promise<Result>,
  ) {
    this.result = new Promise((resolve, reject) => {
      this.reads = () => read().then(resolve, reject);
    });
  }

  /** Whether it might begin earlier if it waited for the turn of this origin, too. From then on it does. */
  waitsFor(origin: string): boolean {
    if (this.begun || this.origins.has(origin)) return false;
    this.origins.add(origin);
    return true;
  }

  /** Settles when it was read, or at once if it is being read. */
  async begin(): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    await this.reads();
  }
}
