/** Bits below the milliseconds in a versionstamp: 16 in memory, SurrealKV and RocksDB, 18 with TiKV's timestamp oracle. */
const SHIFTS = [16n, 18n] as const;

const EARLIEST_MS = Date.UTC(2018, 0);
const LATEST_MS = Date.UTC(2100, 0);

/**
 * What a versionstamp says of time. Which clock a database uses shows in the first stamp seen: read with the wrong shift,
 * a stamp of this century lies before 2018 or after 2100.
 */
export class FeedClock {
  private shift: bigint | undefined;

  get known(): boolean {
    return this.shift !== undefined;
  }

  /** Finds the clock out from a stamp. A stamp of no clock that we know is read as that of a storage engine. */
  learn(stamp: bigint): void {
    this.shift ??= SHIFTS.find((shift) => plausible(Number(stamp >> shift))) ?? SHIFTS[0];
  }

  /** Milliseconds of Unix time at which the stamp was drawn. */
  milliseconds(stamp: bigint): number {
    return Number(stamp >> (this.shift ?? SHIFTS[0]));
  }

  /** The lowest stamp of a time. */
  stampAt(milliseconds: number): bigint {
    return BigInt(Math.max(0, Math.floor(milliseconds))) << (this.shift ?? SHIFTS[0]);
  }
}

function plausible(milliseconds: number): boolean {
  return milliseconds >= EARLIEST_MS && milliseconds < LATEST_MS;
}
