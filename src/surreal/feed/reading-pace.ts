/**
 * Rings a second above which listening costs more than reading in a loop, which makes about as many reads. Below, a read a
 * ring is fewer reads, and each begins as soon as there is something to read.
 */
const RINGS_TO_LOOP = 200;
/** Changes a second below which the bells are armed again. */
const CHANGES_TO_BELL = 100;
/** The same where no bell is armed, so that nothing is gained by reading less often: when to shorten the pauses. */
const SILENT_CHANGES_TO_LOOP = 50;
const SILENT_CHANGES_TO_BELL = 20;
const SECOND_MS = 1_000;
/**
 * Pause between two reads of the loop, in which sweeps are read. One of 1 ms brings events 0.6 ms sooner, and costs the
 * database and the service a fifth more; longer ones bring them later, and writers are no faster for them.
 */
const LOOP_PAUSE_MS = 3;
/** Pause while no bell tells: sooner than the longest one, for where something was written there will be more. */
const SILENT_PAUSE_MS = 5;
/** The same once nothing was written for a minute: costs an idle database about a twelfth of a core. */
const DORMANT_PAUSE_MS = 10;
const DORMANT_AFTER_MS = 60_000;
/** Pause while nobody listens: keeps the log of recent changes warm for those who come back. */
const IDLE_PAUSE_MS = 250;

export type Mode = 'bell' | 'loop';

/** Who would tell that something was written: nobody is asked to, or the bell of each table, or not of each. */
export type Hearing = 'unasked' | 'bells' | 'silence';

/**
 * When to read next, as a network driver under load decides it: rung for while little happens, polling when it rings all
 * the time. Pure: told the time, in monotonic ms.
 */
export class ReadingPace {
  private current: Mode = 'bell';
  private rings: number[] = [];
  private second = { began: 0, changes: 0 };
  private readAt = 0;
  private foundAt = 0;
  /** After the bells were armed again the loop goes on until then: what was written meanwhile rang no bell. */
  private loopUntil = 0;

  constructor(
    private readonly pollMs: number,
    private readonly settleMs: number,
  ) {}

  /** In which the bells have to be: armed in `bell`, killed in `loop`. */
  get mode(): Mode {
    return this.current;
  }

  rang(now: number): void {
    if (this.current === 'loop') return;
    this.rings.push(now);
    if (this.rings.length <= RINGS_TO_LOOP) return;
    const oldest = this.rings.shift() ?? now;
    if (now - oldest < SECOND_MS) this.flooded(now);
  }

  /** The server cut the bell off because too many rings waited. */
  flooded(now: number): void {
    this.current = 'loop';
    this.rings = [];
    this.second = { began: now, changes: 0 };
  }

  /** Notes how many new changes a read found. */
  read(now: number, changes: number, hearing: Hearing): void {
    this.readAt = now;
    if (changes > 0) this.foundAt = now;
    this.second.changes += changes;
    // Where no bell rings, what is found tells how busy it is.
    if (this.current === 'bell' && hearing === 'silence' && this.second.changes > SILENT_CHANGES_TO_LOOP) {
      this.flooded(now);
    }
    if (now - this.second.began < SECOND_MS) return;
    const few = hearing === 'silence' ? SILENT_CHANGES_TO_BELL : CHANGES_TO_BELL;
    if (this.current === 'loop' && this.second.changes < few) {
      this.current = 'bell';
      this.loopUntil = now + this.settleMs;
    }
    this.second = { began: now, changes: 0 };
  }

  /** How long to wait for a ring before reading again, in ms. */
  pause(now: number, hearing: Hearing): number {
    if (hearing === 'unasked') return IDLE_PAUSE_MS;
    if (this.current === 'loop' || now < this.loopUntil) return Math.max(0, this.readAt + LOOP_PAUSE_MS - now);
    if (hearing === 'bells') return this.pollMs;
    return Math.min(this.pollMs, now - this.foundAt < DORMANT_AFTER_MS ? SILENT_PAUSE_MS : DORMANT_PAUSE_MS);
  }
}
