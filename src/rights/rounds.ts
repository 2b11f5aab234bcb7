/** Does some work over and over, never twice at a time: whoever asks meanwhile waits for the next round. */
export class Rounds {
  private running: Promise<void> | undefined;
  private following: Promise<void> | undefined;

  constructor(private readonly work: () => Promise<void>) {}

  /** Settles when a round has ended that began after this call. Rejects as the work does. */
  next(): Promise<void> {
    // Between the end of one and the beginning of the next none is running, and yet one is to come.
    if (this.following) return this.following;
    if (!this.running) return this.begin();
    this.following = this.running
      .catch(() => undefined)
      .then(() => {
        this.following = undefined;
        return this.begin();
      });
    return this.following;
  }

  private begin(): Promise<void> {
    const running = this.work().finally(() => (this.running = undefined));
    this.running = running;
    return running;
  }
}
