import { randomBytes, randomInt } from 'node:crypto';

/** Marks that are drawn at once, of three bytes each. */
const DRAWN = 1_024;
const MARK_BYTES = 3;

/** Below it the numbers of a channel begin: what is said on one tells nothing to whoever sees a cursor. */
const MOST_START = 2 ** 30;

/** Texts of chance that name a message among all others of its place, and where channels begin. */
export class Marks {
  private texts: string[] = [];

  /** Four characters. */
  next(): string {
    const known = this.texts.pop();
    if (known !== undefined) return known;
    const drawn = randomBytes(DRAWN * MARK_BYTES).toString('base64url');
    this.texts = Array.from({ length: DRAWN }, (_, n) => drawn.slice(n * 4, n * 4 + 4));
    return this.next();
  }

  /** Eight characters. */
  epoch(): string {
    return this.next() + this.next();
  }

  start(): number {
    return randomInt(MOST_START);
  }
}
