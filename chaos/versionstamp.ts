/** When a transaction drew its stamp, in ms of Unix time: a hybrid logical clock, as all engines on one machine have it. */
export function committedAt(versionstamp: bigint): number {
  return Number(versionstamp >> 16n);
}
