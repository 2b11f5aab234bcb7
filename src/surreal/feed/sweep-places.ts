import type { LiveTime } from './live-time.js';

/**
 * The sweeps go over what was read before, for changes that become visible late. Each follows the reads at a distance of its
 * own, so that it goes over every change once: `soon` for most of them; `recent` for commits that take seconds, and what it
 * has left behind is settled; `deep` for those of huge statements. `whole` doesn't keep its distance: it goes over all that
 * isn't settled, at once, while somebody waits for it.
 */
export const SWEEPS = ['whole', 'soon', 'recent', 'deep'] as const;

export type Sweep = (typeof SWEEPS)[number];

/** How many times further from the reads than the recent sweep each is, and how many times rarer. */
export const SCALE = { soon: 1 / 4, recent: 1, deep: 10 } as const;

/** The recent sweep goes over a change at two thirds of the window; the rest is left for it to come round in. */
const DISTANCE = 2 / 3;

/** Longest time from one recent sweep to the next with which what it leaves behind is settled within the window, in ms. */
export function longestInterval(windowMs: number): number {
  return windowMs - windowMs * DISTANCE;
}

/** What a sweep has before it: from a stamp on, to one that it leaves alone. */
export interface Stretch {
  readonly from: bigint;
  readonly end: bigint;
}

/** Where the sweeps go on, and how far they may go. */
export class SweepPlaces {
  private readonly places: Record<Exclude<Sweep, 'whole'>, bigint> = { soon: 0n, recent: 0n, deep: 0n };
  /** Where the whole sweep goes on, while it is under way. */
  private whole: bigint | undefined;

  constructor(
    private readonly windowMs: number,
    private readonly liveTime: LiveTime,
  ) {}

  begin(stamp: bigint): void {
    this.places.soon = this.places.recent = this.places.deep = stamp;
    this.whole = undefined;
  }

  /** What lies before is settled. */
  get settled(): bigint {
    return this.places.recent;
  }

  /** What lies before nobody goes over again. */
  get left(): bigint {
    return this.places.deep;
  }

  /** @param readStart from where on the next read finds what is new: it alone sees all changes of a record together */
  before(sweep: Sweep, readStart: bigint): Stretch {
    if (sweep === 'whole') return { from: this.whole ?? this.settled, end: readStart };
    const end = this.liveTime.start(this.distanceMs(sweep));
    const limit = sweep === 'deep' ? this.settled : readStart;
    return { from: this.places[sweep], end: end < limit ? end : limit };
  }

  /** Notes that a sweep has come to a place; `through`: to the end of its stretch. */
  reached(sweep: Sweep, place: bigint, through: boolean): void {
    if (sweep === 'whole') this.whole = through ? undefined : place;
    else if (place > this.places[sweep]) this.places[sweep] = place;
  }

  private distanceMs(sweep: Exclude<Sweep, 'whole'>): number {
    return this.windowMs * DISTANCE * SCALE[sweep];
  }
}
