/** What a transaction did can't be known. */
export class UnreadableEntry extends Error {
  constructor(
    readonly stamp: bigint,
    options?: ErrorOptions,
  ) {
    super('a transaction in the changefeed can not be read', options);
  }
}

/** Beyond every stamp there is: half a year of milliseconds, in stamps of a storage engine. */
const FAR = 1n << 50n;

/**
 * Finds the transaction at which reading a changefeed fails: one entry with a value that SurrealDB stores but has no wire
 * format for, such as a regex, makes it refuse every answer that would hold it, and doesn't say where it stands.
 *
 * @param since from here on reading fails sooner or later; there is nothing readable behind it but, at most, itself.
 * @param begins whether a part of the transaction at `since` can be read.
 * @param canRead whether the first entry from a stamp on can be read, or there is none.
 * @returns its stamp, or that of one close behind it; `undefined` when nothing can be read anywhere.
 */
export async function findUnreadable(
  since: bigint,
  begins: boolean,
  canRead: (from: bigint) => Promise<boolean>,
): Promise<bigint | undefined> {
  if (begins && (await canRead(since + 1n))) return since;
  let fails = begins ? since + 1n : since;
  let step = 1n;
  while (!(await canRead(fails + step))) {
    if (step > FAR) return undefined;
    step *= 2n;
  }
  for (let reads = fails + step; reads - fails > 1n;) {
    const middle = (fails + reads) / 2n;
    if (await canRead(middle)) reads = middle;
    else fails = middle;
  }
  return fails;
}
