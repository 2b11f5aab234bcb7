import { Inject, Injectable } from '@nestjs/common';
import { MetricsService } from '../metrics/metrics.service.js';
import { Change, type FeedMark } from '../surreal/changes/change.js';
import type { FeedHistory } from '../surreal/feed/feed-history.js';
import { UnreadableEntry } from '../surreal/entries/unreadable-entry.js';
import { Database } from '../surreal/database.js';
import { ChangeLog } from './change-log.js';

/** What is read at first is this much of the feed's time, then more and more of it while it fits. */
const FIRST_SPAN_MS = 60_000;
/** Of a stretch so short that doesn't fit no part is tried. */
const LEAST_SPAN_MS = 1_000;
const FACTOR = 4;

interface Want {
  readonly stamp: bigint;
  readonly settle: (covered: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Fills the change log at its beginning from the changefeed, once for all who come back at the same time. It is read from
 * the newest stretch to the oldest: who was away for a moment doesn't wait for what another wants, and what can't be had is
 * known to all once the log is full, however many come back for it.
 */
@Injectable()
export class LogBackfill {
  private readonly wants = new Set<Want>();
  private readonly history: FeedHistory;
  private filling = false;
  /** From here on the log can't hold all. */
  private tooFar = -1n;

  constructor(
    private readonly log: ChangeLog,
    @Inject(Database) { history }: Pick<Database, 'history'>,
    private readonly metrics: MetricsService,
  ) {
    this.history = history;
  }

  /**
   * Has the log cover everything from a stamp on.
   *
   * @returns whether it does: false when that is more than the log may hold.
   * @throws DatabaseUnavailable
   */
  async cover(stamp: bigint): Promise<boolean> {
    if (stamp >= this.log.coveredFrom) return true;
    if (stamp <= this.tooFar) return false;
    return new Promise((settle, fail) => {
      this.wants.add({ stamp, settle, fail });
      if (!this.filling) void this.fill();
    });
  }

  private async fill(): Promise<void> {
    this.filling = true;
    this.metrics.logBackfills.inc();
    let span = FIRST_SPAN_MS;
    try {
      for (let oldest = this.settle(); oldest !== undefined; oldest = this.settle()) {
        const until = this.log.coveredFrom;
        const from = later(oldest, this.history.before(until, span));
        if (await this.prepend(from, until)) span *= FACTOR;
        else span = this.shorter(span, from, until);
      }
    } catch (error) {
      this.end((want) => want.fail(error));
    } finally {
      this.filling = false;
    }
  }

  /** Answers those for whom it is known. @returns the oldest place that somebody still waits for */
  private settle(): bigint | undefined {
    let oldest: bigint | undefined;
    for (const want of this.wants) {
      const isCovered = want.stamp >= this.log.coveredFrom;
      if (isCovered || want.stamp <= this.tooFar) {
        this.wants.delete(want);
        want.settle(isCovered);
      } else if (oldest === undefined || want.stamp < oldest) {
        oldest = want.stamp;
      }
    }
    return oldest;
  }

  /** @returns false where it is too much. */
  private async prepend(from: bigint, until: bigint): Promise<boolean> {
    try {
      const found = await this.read(from, until);
      // What came meanwhile may have pushed the oldest out, and opened a gap.
      if (this.log.coveredFrom !== until) this.end((want) => want.settle(false));
      else if (found) this.log.prepend(found, from);
      return found !== undefined;
    } catch (error) {
      if (!(error instanceof UnreadableEntry)) throw error;
      this.tooFar = later(this.tooFar, error.stamp);
      return true;
    }
  }

  /** @returns undefined when the log has no room for it */
  private async read(from: bigint, until: bigint): Promise<readonly (Change | FeedMark)[] | undefined> {
    const found: (Change | FeedMark)[] = [];
    let free = this.log.limitBytes - this.log.bytes;
    for await (const entries of this.history.read(from, until)) {
      for (const entry of entries) {
        found.push(entry);
        if (entry instanceof Change) free -= entry.bytes;
        // What came before may be of another table, or may not have been recorded.
        else if (entry.table !== undefined) this.log.markBreak(entry.table, entry.place.stamp - 1n);
      }
      if (free < 0) return undefined;
    }
    return found;
  }

  /** A span that is a part of a stretch that was too much. Where none is tried any more, nothing older can be had. */
  private shorter(span: number, from: bigint, until: bigint): number {
    let part = span;
    while (part > LEAST_SPAN_MS) {
      part = Math.max(LEAST_SPAN_MS, part / FACTOR);
      if (this.history.before(until, part) > from) return part;
    }
    this.tooFar = later(this.tooFar, until - 1n);
    return part;
  }

  private end(deliver: (want: Want) => void): void {
    for (const want of this.wants) deliver(want);
    this.wants.clear();
  }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
