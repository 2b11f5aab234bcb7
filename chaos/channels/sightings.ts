/** How long it takes until those who look at a channel see what was acknowledged to a member of it. */
export class Sightings {
  /** In ms: of each state and each of those who saw it. */
  readonly delays: number[] = [];
  private readonly acknowledged = new Map<string, number>();
  private readonly seen = new Set<string>();

  /** A state is acknowledged to its member. */
  said(text: string, at = Date.now()): void {
    this.acknowledged.set(text, at);
  }

  /** Somebody sees these states now. What is seen before it is acknowledged is seen at once. */
  sees(observer: string, texts: readonly string[], at = Date.now()): void {
    for (const text of texts) {
      const sighting = `${observer} ${text}`;
      if (this.seen.has(sighting)) continue;
      this.seen.add(sighting);
      this.delays.push(Math.max(0, at - (this.acknowledged.get(text) ?? at)));
    }
  }
}
