import { Weight } from '../share-levels.js';
import type { ChannelHistory } from './channel-history.js';

/** Runs that are over, at most, beside one for each message that is kept. */
const SPARE_RUNS = 8;

/** What its owner published to a channel, and nowhere else meanwhile. */
interface Run {
  readonly history: ChannelHistory;
  /** Number of the last message of it. */
  last: number;
}

/** What one owner published that is kept, in whatever channels, in the order in which it came. */
export class OwnedMessages extends Weight {
  private runs: Run[] = [];
  /** Messages. */
  private count = 0;

  constructor(
    readonly name: string,
    /** Among whom it is by this name. */
    readonly others: Map<string, OwnedMessages>,
  ) {
    super();
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** How many runs are remembered, over or not. */
  get runsHeld(): number {
    return this.runs.length;
  }

  /** Its newest message is the newest of this history. */
  add(history: ChannelHistory, number: number): void {
    this.count += 1;
    const last = this.runs.at(-1);
    if (last?.history === history) {
      last.last = number;
      return;
    }
    if (this.runs.length > 2 * this.count + SPARE_RUNS) this.runs = this.runs.filter((run) => !isOver(run));
    this.runs.push({ history, last: number });
  }

  /** One of them is kept no longer. */
  remove(): void {
    this.count -= 1;
  }

  /**
   * The history that the oldest one is in: it goes with what is before it, whoever published that. There has to be one.
   */
  oldest(): ChannelHistory {
    for (let [run] = this.runs; run; [run] = this.runs) {
      if (!isOver(run)) return run.history;
      this.runs.shift();
    }
    throw new Error('A share that takes bytes holds nothing.');
  }
}

/** Whether none of it is kept. */
function isOver({ history, last }: Run): boolean {
  return last <= history.floor;
}
