import { SweepPace } from './sweep-pace.js';
import { longestInterval, SCALE, SWEEPS, type Sweep } from './sweep-places.js';

/** A page of a sweep, of so many keys at most. */
export interface SweepPage {
  readonly sweep: Sweep;
  readonly limit: number;
}

/** Which sweep reads its next page, and when. Those that are due take turns. Pure: told the time, in monotonic ms. */
export class SweepSchedule {
  private readonly paces: Record<Sweep, SweepPace>;
  /** Of which sweep the last page was. */
  private last: Sweep = 'deep';

  /** @param wantedMs from one recent sweep to the next, if the window allows it; the others are rarer or more frequent */
  constructor(wantedMs: number, windowMs: number) {
    const intervalMs = Math.min(wantedMs, longestInterval(windowMs));
    this.paces = {
      whole: new SweepPace(Infinity),
      soon: new SweepPace(intervalMs * SCALE.soon),
      recent: new SweepPace(intervalMs * SCALE.recent),
      deep: new SweepPace(intervalMs * SCALE.deep),
    };
  }

  /** Somebody waits for what only the whole sweep finds. */
  hurry(): void {
    this.paces.whole.hurry();
  }

  /** The page to read now, if one is due. */
  next(now: number): SweepPage | undefined {
    const behind = SWEEPS.indexOf(this.last) + 1;
    const sweep = [...SWEEPS.slice(behind), ...SWEEPS.slice(0, behind)].find((each) => this.paces[each].due(now));
    if (!sweep) return undefined;
    this.last = sweep;
    return { sweep, limit: this.paces[sweep].page(now) };
  }

  /** Notes that a page was read; `through`: and its sweep with it. */
  read(sweep: Sweep, now: number, through: boolean): void {
    this.paces[sweep].read(now, through);
  }
}
