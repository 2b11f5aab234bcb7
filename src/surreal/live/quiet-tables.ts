/** A table to which nothing was written for so long is hardly being written to by a transaction that isn't seen yet. */
export const QUIET_MS = 60_000;

/** For how long nothing was seen written to tables. Pure: told the time, in monotonic ms. */
export class QuietTables {
  private readonly since = new Map<string, number>();

  constructor(private readonly quietMs: number) {}

  /** From now on it is looked at; what happened before isn't known. */
  watch(table: string, now: number): void {
    if (!this.since.has(table)) this.since.set(table, now);
  }

  written(table: string, now: number): void {
    if (this.since.has(table)) this.since.set(table, now);
  }

  /** It could not be seen what was written until now. */
  unsure(now: number): void {
    for (const table of this.since.keys()) this.since.set(table, now);
  }

  /** Goes on with these tables only. */
  retain(isOf: (table: string) => boolean): void {
    for (const table of this.since.keys()) if (!isOf(table)) this.since.delete(table);
  }

  isQuiet(table: string, now: number): boolean {
    const since = this.since.get(table);
    return since !== undefined && now - since >= this.quietMs;
  }
}
