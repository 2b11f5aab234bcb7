/** The JSON texts of rows, one behind the other: as little memory as they can take. */
export class Rows implements Iterable<string> {
  private readonly bytes: Buffer;
  private readonly ends: Uint32Array;

  constructor(texts: readonly string[]) {
    this.bytes = Buffer.from(texts.join(','));
    this.ends = new Uint32Array(texts.length);
    let end = -1;
    texts.forEach((text, n) => (this.ends[n] = end += Buffer.byteLength(text) + 1));
  }

  /** What they take in memory. */
  get weight(): number {
    return this.bytes.length + this.ends.byteLength;
  }

  /** All of them, with commas between. */
  get joined(): string {
    return this.bytes.toString();
  }

  *[Symbol.iterator](): Iterator<string> {
    let start = 0;
    for (const end of this.ends) {
      yield this.bytes.toString('utf8', start, end);
      start = end + 1;
    }
  }
}
