import type { MetricsService } from '../metrics/metrics.service.js';
import { Change, type FeedMark } from '../surreal/change.js';
import type { FeedHistory } from '../surreal/feed-history.js';
import { UnreadableEntry } from '../surreal/unreadable-entry.js';
import type { ChangeLog } from './change-log.js';

/** Fills the change log at its beginning from the changefeed, once for all who come back at the same time. */
export class LogBackfill {
  private turn: Promise<unknown> = Promise.resolve();
  /** From here on the log can't hold all. */
  private tooFar = -1n;

  constructor(
    private readonly log: ChangeLog,
    private readonly history: FeedHistory,
    private readonly metrics: MetricsService,
  ) {}

  /**
   * Has the log cover everything from a stamp on.
   *
   * @returns whether it does: false when that is more than the log may hold.
   * @throws DatabaseUnavailable
   */
  async cover(stamp: bigint): Promise<boolean> {
    if (stamp >= this.log.coveredFrom) return true;
    if (stamp <= this.tooFar) return false;
    const filling = this.turn.then(() => this.fill(stamp));
    this.turn = filling.catch(() => undefined);
    return filling;
  }

  private async fill(from: bigint): Promise<boolean> {
    const until = this.log.coveredFrom;
    if (from >= until) return true;
    if (from <= this.tooFar) return false;
    this.metrics.logBackfills.inc();
    const found: (Change | FeedMark)[] = [];
    let free = this.log.limitBytes - this.log.bytes;
    try {
      for await (const entries of this.history.read(from, until)) {
        for (const entry of entries) {
          found.push(entry);
          if (entry instanceof Change) free -= entry.bytes;
          // What came before may be of another table, or may not have been recorded.
          else if (entry.table !== undefined) this.log.markBreak(entry.table, entry.place.stamp - 1n);
        }
        if (free < 0) return this.refuse(from);
      }
    } catch (error) {
      if (error instanceof UnreadableEntry) return this.refuse(error.stamp);
      throw error;
    }
    // What came meanwhile may have pushed the oldest out, and opened a gap.
    if (this.log.coveredFrom !== until) return false;
    this.log.prepend(found, from);
    return true;
  }

  private refuse(stamp: bigint): false {
    if (stamp > this.tooFar) this.tooFar = stamp;
    return false;
  }
}
