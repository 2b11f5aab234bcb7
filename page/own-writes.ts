/** Writes that are remembered: more than a burst, less than a page has to fear. */
const REMEMBERED = 2_000;

/** When this page wrote which record, so that its event can be timed. */
export class OwnWrites {
  private readonly startedAt = new Map<string, number>();

  /** @param now milliseconds of `performance.now()`, right before the write is sent */
  started(action: string, record: string, now: number): void {
    const key = keyOf(action, record);
    this.startedAt.delete(key);
    this.startedAt.set(key, now);
    for (const oldest of this.startedAt.keys()) {
      if (this.startedAt.size <= REMEMBERED) break;
      this.startedAt.delete(oldest);
    }
  }

  /** Milliseconds since the write; `undefined` if it wasn't this page's. */
  since(action: string, record: string, now: number): number | undefined {
    const startedAt = this.startedAt.get(keyOf(action, record));
    return startedAt === undefined ? undefined : now - startedAt;
  }
}

function keyOf(action: string, record: string): string {
  return `${action} ${record}`;
}
