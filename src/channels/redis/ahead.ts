import { messageBytes } from '../broker.js';
import type { Carried } from './carried.js';

/** What may wait of one channel while what lies before it is read: the history has the rest. */
const MOST_BYTES = 1024 * 1024;

/** Messages that came before one that they follow: a run without a gap, bounded. */
export class Ahead {
  private run: Carried[] = [];
  private bytes = 0;

  get size(): number {
    return this.run.length;
  }

  get first(): Carried | undefined {
    return this.run[0];
  }

  /** One that doesn't follow the run begins another, and so does one for which there is no room. */
  add(carried: Carried): void {
    const last = this.run.at(-1);
    const bytes = messageBytes(carried.message);
    if ((last && last.place.mark !== carried.previous) || this.bytes + bytes > MOST_BYTES) this.clear();
    this.run.push(carried);
    this.bytes += bytes;
  }

  shift(): void {
    const first = this.run.shift();
    if (first) this.bytes -= messageBytes(first.message);
  }

  clear(): void {
    this.run = [];
    this.bytes = 0;
  }
}
