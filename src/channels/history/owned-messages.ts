import { Weight, type ShareLevels } from '../share-levels.js';
import type { ChannelHistory } from './channel-history.js';
import type { MessageOwner } from './message-ring.js';

/** Runs that are over, at most, beside one for each message that is kept. */
const SPARE_RUNS = 8;

/** What its owner published to a channel, and nowhere else meanwhile. */
interface Run {
  readonly history: ChannelHistory;
  /** Number of the last message of it. */
  last: number;
}

/** All for whom messages count. */
export interface MessageOwners {
  readonly byName: Map<string, OwnedMessages>;
  readonly levels: ShareLevels<OwnedMessages>;
}

/** What one owner published that is kept, in whatever channels, in the order in which it came. */
export class OwnedMessages extends Weight implements MessageOwner {
  private runs: Run[] = [];
  /** Messages. */
  private count = 0;

  constructor(
    private readonly name: string,
    /** Among whom it is by this name, while it has any. */
    private readonly owners: MessageOwners,
  ) {
    super();
  }

  /** How many runs are remembered, over or not. */
  get runsHeld(): number {
    return this.runs.length;
  }

  /** Its newest message, of so many bytes, is the newest of this history. */
  add(history: ChannelHistory, bytes: number): void {
    const number = history.head;
    this.count += 1;
    this.owners.levels.weigh(this, bytes);
    const last = this.runs.at(-1);
    if (last?.history === history) {
      last.last = number;
      return;
    }
    if (this.runs.length > 2 * this.count + SPARE_RUNS) this.runs = this.runs.filter((run) => !isOver(run));
    this.runs.push({ history, last: number });
  }

  remove(bytes: number): void {
    this.count -= 1;
    this.owners.levels.weigh(this, -bytes);
    if (this.count === 0) this.owners.byName.delete(this.name);
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
