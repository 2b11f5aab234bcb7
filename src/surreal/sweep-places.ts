import type { LiveTime } from './live-time.js';

/**
 * The sweeps go over what was read before, for changes that become visible late. Each follows the reads at a distance of its
 * own, so that it goes over every change once: `soon` for most of them; `recent` for commits that take seconds, and what it
 * has left behind is settled; `deep` for those of huge statements. `whole` doesn't keep its distance: it goes over all that
 * isn't settled, at once, while somebody waits for it.
 */
export const SWEEPS = ['whole', 'soon', 'recent', 'deep'] as const;

export type Sweep = (typeof SWEEPS)[number];

/** How many times further from the reads the deep sweep is, and how many times rarer. */
export const DEEPER = 10;

/** What a sweep has before it: from a stamp on, to one that it leaves alone. */
export interface Stretch {
  readonly from: bigint;
  readonly end: bigint;
}

/** Where the sweeps go on, and how far they may go. */
export class SweepPlaces {
  private readonly places: Record<Exclude<Sweep, 'whole'>, bigint> = { soon: 0n, recent: 0n, deep: 0n };
  /** In which transaction the last page of a sweep that is under way ended. */
  private readonly cuts: Partial<Record<Sweep, bigint>> = {};

  constructor(
    private readonly windowMs: number,
    private readonly liveTime: LiveTime,
  ) {}

  begin(stamp: bigint): void {
    this.places.soon = this.places.recent = this.places.deep = stamp;
    for (const sweep of SWEEPS) delete this.cuts[sweep];
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
    if (sweep === 'whole') return { from: this.cuts.whole ?? this.settled, end: readStart };
    const end = this.liveTime.start(this.distanceMs(sweep));
    // The deep sweep goes over what is settled: nobody waits for it, as it doesn't get its turn while somebody waits.
    const limit = sweep === 'deep' ? this.settled : readStart;
    return { from: this.places[sweep], end: end < limit ? end : limit };
  }

  /** Notes that a sweep has come to a place; `through`: to the end of its stretch. */
  reached(sweep: Sweep, place: bigint, through: boolean): void {
    if (through) delete this.cuts[sweep];
    else this.cuts[sweep] = place;
    if (sweep !== 'whole' && place > this.places[sweep]) this.places[sweep] = place;
  }

  /** Whether a page ended in this transaction, whose changes behind may be untold. Nobody waits for the deep sweep. */
  isCut(stamp: bigint): boolean {
    const { whole, soon, recent } = this.cuts;
    return stamp === whole || stamp === soon || stamp === recent;
  }

  /** The recent sweep goes over a change at two thirds of the window, so that an interval is left for it to do so. */
  private distanceMs(sweep: Exclude<Sweep, 'whole'>): number {
    const recentMs = (this.windowMs * 2) / 3;
    return { soon: recentMs / 4, recent: recentMs, deep: recentMs * DEEPER }[sweep];
  }
}
