import type { Place } from './place.js';

/** So many channels are remembered, those of the newest publishes. */
const MOST = 4_096;
/** For how long, in ms: Redis is away for less, as a rule. */
const AGE_MS = 5 * 60_000;

interface Remembered {
  readonly place: Place;
  /** By `performance.now()`. */
  readonly at: number;
}

/** The newest publish of each channel that Redis acknowledged to this instance: it is looked for where Redis was away. */
export class Acknowledged {
  private readonly newest = new Map<string, Remembered>();

  /** Publishes of a channel can be answered in another order than they have. */
  add(channel: string, place: Place): void {
    const known = this.newest.get(channel)?.place;
    if (known?.epoch === place.epoch && known.number > place.number) return;
    this.newest.delete(channel);
    this.newest.set(channel, { place, at: performance.now() });
    if (this.newest.size <= MOST) return;
    for (const oldest of this.newest.keys()) {
      this.newest.delete(oldest);
      break;
    }
  }

  /** What is not too old, by channel. */
  *places(): Iterable<readonly [channel: string, place: Place]> {
    const now = performance.now();
    for (const [channel, { place, at }] of this.newest) {
      if (now - at < AGE_MS) yield [channel, place];
      else this.newest.delete(channel);
    }
  }
}
