const SHORTEST_MS = 100;
const LONGEST_MS = 10_000;
/** A worker that ran for so long ended for another reason than those before it, in ms. */
const RAN_MS = 30_000;

/** How long it takes until a worker is started in the place of one that ended: longer each time that they end soon. */
export class RestartPause {
  private failures = 0;

  /** @param ranMs for how long it ran */
  after(ranMs: number): number {
    if (ranMs >= RAN_MS) this.failures = 0;
    const wait = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** this.failures);
    this.failures += 1;
    return wait;
  }
}
